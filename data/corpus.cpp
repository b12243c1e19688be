#include "data/corpus.hpp"

#include "base/error.hpp"

namespace agsweep {

const Split& split_named(const Corpus& corpus, std::string_view name) {
  if (name == "train") return corpus.train;
  if (name == "val") return corpus.val;
  if (name == "test") return corpus.test;
  throw UsageError("the split \"{}\" is none of train, val, test", name);
}

}  // namespace agsweep
