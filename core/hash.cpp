// SPDX-License-Identifier: Apache-2.0
#include "core/hash.h"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <system_error>

#include "core/diagnostics.h"

namespace assay {

std::string sha256_of_text(const std::string& text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  if (EVP_Digest(text.data(), text.size(), digest.data(), &size, EVP_sha256(), nullptr) != 1)
    throw std::runtime_error("SHA-256 is not available");
  constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "sha256:";
  for (unsigned i = 0; i < size; ++i) {
    out += kHex[digest[i] >> 4U];
    out += kHex[digest[i] & 15U];
  }
  return out;
}

std::string sha256_of_words(const std::vector<std::int32_t>& words) {
  std::string bytes;
  bytes.reserve(words.size() * 4);
  for (const std::int32_t word : words)
    for (unsigned shift = 0; shift < 32; shift += 8)
      bytes += static_cast<char>(static_cast<std::uint32_t>(word) >> shift & 0xFFU);
  return sha256_of_text(bytes);
}

std::string sha256_of_file(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw InputError({{file.string(), 0, "", "", "the file cannot be read"}});
  std::ostringstream text;
  text << in.rdbuf();
  return sha256_of_text(text.str());
}

std::string sha256_of_folder(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code failed;
  for (std::filesystem::directory_iterator it(folder, failed), end; !failed && it != end;
       it.increment(failed))
    if (it->is_regular_file(failed)) files.push_back(it->path());
  if (failed) throw InputError({{folder.string(), 0, "", "", "the folder cannot be read"}});
  std::sort(files.begin(), files.end());
  std::string text;
  for (const std::filesystem::path& file : files) text += name_and_hash(file) + "\n";
  return sha256_of_text(text);
}

std::string name_and_hash(const std::filesystem::path& file) {
  return file.filename().string() + " " + sha256_of_file(file);
}

}  // namespace assay
