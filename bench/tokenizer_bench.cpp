// tokenizer_bench TOKENIZER_FOLDER TEXTS [PASSES]: speed of one thread's Encoder in MB/s (10^6 bytes of UTF-8 a second).
// TEXTS is a .csv whose columns 2.. are the text, or a file with a text a line. Each pass starts with an empty word cache.
// bench/tokenizer.py runs it beside Hugging Face tokenizers.

#include <algorithm>  // std::nth_element
#include <chrono>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <limits>
#include <string>
#include <vector>

#include <fmt/ranges.h>

#include "base/utf8_text.hpp"
#include "data/csv_reader.hpp"
#include "data/tokenizer.hpp"

namespace agsweep {
namespace {

std::vector<std::string> read_texts(const std::filesystem::path& path) {
  const std::string content = read_text(path);
  std::vector<std::string> texts;
  if (path.extension() == ".csv") {
    CsvReader reader(content, path.string(), 2);
    for (CsvRecord record; reader.next(record);)
      texts.push_back(fmt::format("{}", fmt::join(record.fields.begin() + 1, record.fields.end(), " ")));
  } else {
    for (std::size_t start = 0; start < content.size();) {
      const std::size_t end = std::min(content.find('\n', start), content.size());
      texts.push_back(content.substr(start, end - start));
      start = end + 1;
    }
  }
  return texts;
}

int run(const std::filesystem::path& folder, const std::filesystem::path& path, int passes) {
  const std::vector<std::string> texts = read_texts(path);
  const Tokenizer tokenizer(folder);
  std::size_t bytes = 0;
  for (const std::string& text : texts) bytes += text.size();

  std::vector<double> seconds;
  std::vector<std::uint16_t> tokens;
  for (int pass = 0; pass < passes; ++pass) {
    tokens.clear();
    const auto start = std::chrono::steady_clock::now();
    Tokenizer::Encoder encoder(tokenizer);
    for (const std::string& text : texts) encoder.encode(text, std::numeric_limits<std::size_t>::max(), tokens);
    seconds.push_back(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  std::nth_element(seconds.begin(), seconds.begin() + passes / 2, seconds.end());
  const double median = seconds[static_cast<std::size_t>(passes) / 2];
  fmt::print("{{\"texts\": {}, \"bytes\": {}, \"tokens\": {}, \"seconds\": {:.4f}, \"mb_per_second\": {:.2f}}}\n", texts.size(), bytes,
             tokens.size(), median, static_cast<double>(bytes) / median / 1e6);
  return 0;
}

}  // namespace
}  // namespace agsweep

int main(int argc, char** argv) try {
  if (argc < 3 || argc > 4) throw std::runtime_error("usage: tokenizer_bench TOKENIZER_FOLDER TEXTS [PASSES]");
  return agsweep::run(argv[1], argv[2], argc == 4 ? std::max(1, std::atoi(argv[3])) : 5);
} catch (const std::exception& error) {
  std::fprintf(stderr, "tokenizer_bench: %s\n", error.what());
  return 1;
}
