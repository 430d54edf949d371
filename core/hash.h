// SPDX-License-Identifier: Apache-2.0
// Content hashes for provenance.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace assay {

// "sha256:" and 64 hexadecimal digits of the file's bytes. Throws InputError if it cannot be read.
std::string sha256_of_file(const std::filesystem::path& file);
// The same of the names and contents of the files directly in a folder, sorted by name.
std::string sha256_of_folder(const std::filesystem::path& folder);
// "accelerator.yaml sha256:...": how a record or report names a file that it used.
std::string name_and_hash(const std::filesystem::path& file);
std::string sha256_of_text(const std::string& text);
// Of a tensor: each value as four bytes, the lowest first.
std::string sha256_of_words(const std::vector<std::int32_t>& words);

}  // namespace assay
