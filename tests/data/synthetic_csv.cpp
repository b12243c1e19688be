// synthetic_csv ROWS: the synthetic corpus as CSV (split, label, text) on stdout, for tests in other languages.

#include <cstdio>
#include <exception>

#include <fmt/format.h>

#include "base/error.hpp"
#include "data/synthetic.hpp"

int main(int argc, char** argv) try {
  if (argc != 2) throw agsweep::UsageError("usage: synthetic_csv ROWS");
  const agsweep::TextCorpus corpus = agsweep::synthetic_corpus(std::stoll(argv[1]), 42);
  for (const auto& text : corpus.train) fmt::print("train,{},\"{}\"\n", text.label, text.text);
  for (const auto& text : corpus.test) fmt::print("test,{},\"{}\"\n", text.label, text.text);
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "error: %s\n", error.what());
  return 1;
}
