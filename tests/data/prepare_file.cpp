// prepare_file TOKENIZER OUT CSV_DIR|ROWS: data.h5 of a folder of CSV files or of so many synthetic rows, for tests in other languages.

#include <cctype>  // std::isdigit
#include <cstdio>
#include <exception>

#include <fmt/ranges.h>

#include "base/error.hpp"
#include "data/corpus_file.hpp"
#include "data/prepare.hpp"

int main(int argc, char** argv) try {
  if (argc != 4) throw agsweep::UsageError("usage: prepare_file TOKENIZER OUT CSV_DIR|ROWS");
  agsweep::PrepareOptions options;
  options.tokenizer = argv[1];
  options.csv_dir = argv[3];
  options.threads = 2;
  if (std::isdigit(static_cast<unsigned char>(argv[3][0])) != 0) options.synthetic_rows = std::stoll(argv[3]);
  const auto [corpus, report] = agsweep::prepare_corpus(options);
  agsweep::write_corpus(argv[2], corpus);
  const auto print = [](const char* name, const agsweep::SplitReport& part) {
    fmt::print("{}: {} rows ({}), {} tokens, mean {:.1f}, longest {}, cut {}\n", name, part.rows, fmt::join(part.class_rows, " "),
               part.tokens, part.mean_length(), part.longest, part.cut_rows);
  };
  print("train", report.train);
  print("val", report.val);
  print("test", report.test);
  fmt::print("duplicates: {} val in train, {} test in train, {} test in val; {:.1f} MB/s\n", report.val_in_train, report.test_in_train,
             report.test_in_val, report.megabytes_per_second());
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return 1;
}
