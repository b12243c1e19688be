#include "data/corpus.hpp"

#include <gtest/gtest.h>

#include <functional>

#include "base/error.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/small_corpus.hpp"

namespace agsweep {
namespace {

std::string error_after(const std::function<void(Corpus&)>& damage) {
  Corpus corpus = testing_support::small_corpus();
  damage(corpus);
  return testing_support::error_of([&] { check_corpus(corpus, "data.h5"); });
}

TEST(CheckCorpus, TakesACorpusWhosePartsFit) {
  EXPECT_EQ(error_after([](Corpus&) {}), "no error");
}

TEST(CheckCorpus, NamesFileDatasetAndRowOfTheFirstFault) {
  EXPECT_EQ(error_after([](Corpus& corpus) { corpus.train.offsets.pop_back(); }),
            "data.h5: train/offsets: 300 values for 300 rows; prepare it again");
  EXPECT_EQ(error_after([](Corpus& corpus) { corpus.test.offsets.clear(); }),
            "data.h5: test/offsets: 0 values for 20 rows; prepare it again");
  EXPECT_EQ(error_after([](Corpus& corpus) { corpus.val.source_rows.pop_back(); }),
            "data.h5: val/source_row: 39 values for 40 rows; prepare it again");
  EXPECT_EQ(error_after([](Corpus& corpus) { corpus.val.offsets[0] = 1; }), "data.h5: val/offsets: the first is not 0; prepare it again");
  EXPECT_EQ(error_after([](Corpus& corpus) { corpus.test.tokens.pop_back(); }),
            "data.h5: test/offsets: the last is 77, but there are 76 tokens; prepare it again");
  EXPECT_EQ(error_after([](Corpus& corpus) { corpus.train.offsets[2] = corpus.train.offsets[1]; }),
            "data.h5: train/offsets: row 1 has no token; prepare it again");
  EXPECT_EQ(error_after([](Corpus& corpus) { corpus.train.offsets[2] = 1U << 30; }),
            "data.h5: train/offsets: row 1 has more than 128 tokens; prepare it again");
  EXPECT_EQ(error_after([](Corpus& corpus) { corpus.info.max_length = 3; }),
            "data.h5: train/offsets: row 3 has more than 3 tokens; prepare it again");
  EXPECT_EQ(error_after([](Corpus& corpus) { corpus.val.labels[7] = 4; }),
            "data.h5: val/labels: row 7 is of class 4, of 4; prepare it again");
  EXPECT_EQ(error_after([](Corpus& corpus) { corpus.train.source_rows[9] = 16; }),
            "data.h5: train/source_row: row 9 does not follow the one before it; prepare it again");
  EXPECT_EQ(error_after([](Corpus& corpus) { corpus.train.tokens[3] = 50257; }),
            "data.h5: train/tokens: 50257 is not below the vocabulary's 50257; prepare it again");
  EXPECT_EQ(error_after([](Corpus& corpus) { corpus.info.max_length = 0; }), "data.h5: max_length: 0 is out of range; prepare it again");
}

TEST(SplitNamed, FindsEachSplitAndRefusesOtherNames) {
  Corpus corpus;
  EXPECT_EQ(&split_named(corpus, "train"), &corpus.train);
  EXPECT_EQ(&split_named(corpus, "val"), &corpus.val);
  EXPECT_EQ(&split_named(corpus, "test"), &corpus.test);
  EXPECT_THROW(split_named(corpus, "dev"), UsageError);
}

}  // namespace
}  // namespace agsweep
