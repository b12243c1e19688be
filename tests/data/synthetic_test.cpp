#include "data/synthetic.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <sstream>

#include "tests/support/error_of.hpp"

namespace agsweep {
namespace {

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), std::istream_iterator<std::string>()};
}

TEST(SyntheticCorpus, IsTheSameForTheSameArguments) {
  const TextCorpus one = synthetic_corpus(200, 42);
  EXPECT_EQ(one.source_sha256, synthetic_corpus(200, 42).source_sha256);
  EXPECT_NE(one.source_sha256, synthetic_corpus(200, 43).source_sha256);
  EXPECT_EQ(one.train.rows.at(99).text, synthetic_corpus(100, 42).train.rows.at(99).text);  // more rows keep the first ones
}

TEST(SyntheticCorpus, HasTheRowsAskedForAndAFifthAsManyTestRowsOfFourClasses) {
  const TextCorpus corpus = synthetic_corpus(4000, 42);
  EXPECT_EQ(corpus.train.rows.size(), 4000U);
  EXPECT_EQ(corpus.test.rows.size(), 800U);
  EXPECT_TRUE(corpus.synthetic);
  std::map<int, int> rows;
  for (const LabelledText& text : corpus.train.rows) ++rows[text.label];
  EXPECT_EQ(rows.size(), 4U);
  for (const auto& [label, count] : rows) EXPECT_NEAR(count, 1000, 140) << label;  // five standard deviations
}

TEST(SyntheticCorpus, WritesDistinctTextsOfTheLengthOfNews) {
  std::set<std::string> texts;
  double words = 0;
  const TextCorpus corpus = synthetic_corpus(1000, 42);
  for (const LabelledText& text : corpus.train.rows) {
    const std::size_t count = words_of(text.text).size();
    EXPECT_GE(count, 18U);
    EXPECT_LE(count, 70U);
    EXPECT_EQ(text.text.find('$'), std::string::npos) << text.text;
    words += static_cast<double>(count);
    texts.insert(text.text);
  }
  EXPECT_EQ(texts.size(), 1000U);
  EXPECT_NEAR(words / 1000, 40, 3);
}

/// Test accuracy of naive Bayes on words, trained on the first `rows` training texts.
double naive_bayes_accuracy(const TextCorpus& corpus, std::size_t rows) {
  std::map<std::string, std::array<double, 4>> counts;
  std::array<double, 4> totals{};
  for (std::size_t row = 0; row < rows; ++row) {
    const LabelledText& text = corpus.train.rows[row];
    for (const std::string& word : words_of(text.text)) ++counts[word][text.label], ++totals[text.label];
  }
  int right = 0;
  for (const LabelledText& text : corpus.test.rows) {
    std::array<double, 4> score{};
    for (const std::string& word : words_of(text.text)) {
      const auto known = counts.find(word);
      if (known == counts.end()) continue;
      for (std::size_t label = 0; label < 4; ++label)
        score[label] += std::log((known->second[label] + 1) / (totals[label] + static_cast<double>(counts.size())));
    }
    right += std::max_element(score.begin(), score.end()) - score.begin() == text.label ? 1 : 0;
  }
  return right / static_cast<double>(corpus.test.rows.size());
}

TEST(SyntheticCorpus, TeachesMoreWithMoreRowsAndNeverEverything) {
  const TextCorpus corpus = synthetic_corpus(6000, 42);
  const double few = naive_bayes_accuracy(corpus, 500);
  const double many = naive_bayes_accuracy(corpus, 6000);
  EXPECT_GT(few, 0.40);
  EXPECT_GT(many, few + 0.05);
  EXPECT_GT(many, 0.80);
  EXPECT_LT(many, 0.95);
}

TEST(SyntheticCorpus, RefusesTooFewAndTooManyRows) {
  EXPECT_EQ(testing_support::error_of<UsageError>([] { synthetic_corpus(39, 1); }), "--synthetic: 39 is out of range [40, 10000000]");
  EXPECT_EQ(testing_support::error_of<UsageError>([] { synthetic_corpus(10'000'001, 1); }),
            "--synthetic: 10000001 is out of range [40, 10000000]");
}

}  // namespace
}  // namespace agsweep
