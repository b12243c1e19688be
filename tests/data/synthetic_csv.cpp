// synthetic_csv ROWS: the synthetic corpus as CSV (split, label, text) on stdout, for tests in other languages.

#include <string>
#include <vector>

#include <fmt/format.h>

#include "data/synthetic.hpp"
#include "tests/support/helper_program.hpp"

int main(int argc, char** argv) {
  return agsweep::testing_support::run_helper(argc, argv, [](const std::vector<std::string>& words) {
    if (words.size() != 1) return false;
    const agsweep::TextCorpus corpus = agsweep::synthetic_corpus(std::stoll(words[0]), 42);
    for (const auto& text : corpus.train.rows) fmt::print("train,{},\"{}\"\n", text.label, text.text);
    for (const auto& text : corpus.test.rows) fmt::print("test,{},\"{}\"\n", text.label, text.text);
    return true;
  });
}
