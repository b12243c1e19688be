// prepare_file TOKENIZER OUT CSV_DIR|ROWS: data.h5 of a folder of CSV files or of so many synthetic rows, for tests in other languages.

#include <cctype>  // std::isdigit
#include <string>
#include <vector>

#include <fmt/ranges.h>

#include "data/corpus_file.hpp"
#include "data/prepare.hpp"
#include "tests/support/helper_program.hpp"

namespace {

void prepare(const std::string& tokenizer, const std::string& out, const std::string& source) {
  agsweep::PrepareOptions options;
  options.tokenizer = tokenizer;
  options.source.folder = source;
  options.threads = 2;
  if (std::isdigit(static_cast<unsigned char>(source.front())) != 0) options.synthetic_rows = std::stoll(source);
  const auto [corpus, report] = agsweep::prepare_corpus(options);
  agsweep::write_corpus(out, corpus);
  const auto print = [](const char* name, const agsweep::SplitReport& part) {
    fmt::print("{}: {} rows ({}), {} tokens, mean {:.1f}, longest {}, cut {}\n", name, part.rows, fmt::join(part.class_rows, " "),
               part.tokens, part.mean_length(), part.longest, part.cut_rows);
  };
  print("train", report.train);
  print("val", report.val);
  print("test", report.test);
  fmt::print("duplicates: {} val in train, {} test in train, {} test in val; {:.1f} MB/s\n", report.val_in_train, report.test_in_train,
             report.test_in_val, report.megabytes_per_second());
}

}  // namespace

int main(int argc, char** argv) {
  return agsweep::testing_support::run_helper(
      argc, argv, [](const std::vector<std::string>& words) { return words.size() == 3 && (prepare(words[0], words[1], words[2]), true); });
}
