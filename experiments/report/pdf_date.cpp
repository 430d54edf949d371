// SPDX-License-Identifier: Apache-2.0
#include "experiments/report/pdf_date.h"

#include <fstream>
#include <iterator>
#include <string>

namespace assay::report {

void remove_pdf_dates(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::string text{std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
  in.close();
  constexpr const char* kEpoch = "19700101000000";
  for (const std::string key : {"/CreationDate (D:", "/ModDate (D:"}) {
    for (std::size_t at = text.find(key); at != std::string::npos; at = text.find(key, at + 1)) {
      std::size_t digit = at + key.size();
      for (const char* c = kEpoch; *c != '\0' && digit < text.size(); ++c, ++digit)
        if (text[digit] >= '0' && text[digit] <= '9') text[digit] = *c;
      // The zone: Z, +hh'mm'.
      for (; digit < text.size() && text[digit] != ')'; ++digit)
        if (text[digit] >= '0' && text[digit] <= '9') text[digit] = '0';
    }
  }
  std::ofstream(file, std::ios::binary) << text;
}

}  // namespace assay::report
