#include "data/prepare.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "data/corpus.hpp"
#include "data/tokenizer.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/temporary_folder.hpp"

namespace agsweep {
namespace {

using testing::AllOf;
using testing::EndsWith;
using testing::HasSubstr;
using testing_support::error_of;

/// `rows` records whose classes go round 1 .. 4, each text its own.
std::string csv(int rows, const std::string& word) {
  std::string lines;
  for (int row = 0; row < rows; ++row) lines += fmt::format("\"{}\",\"Title {}\",\"the {} number {}\"\n", row % 4 + 1, row, word, row);
  return lines;
}

class PrepareCorpus : public testing::Test {
 protected:
  PrepareCorpus() { write(csv(100, "train"), csv(20, "test")); }
  void write(const std::string& train, const std::string& test) {
    write_file_atomically(folder_ / "train.csv", train);
    write_file_atomically(folder_ / "test.csv", test);
    options_.source.folder = folder_.path();
    options_.tokenizer = AGSWEEP_TOKENIZER;
  }
  testing_support::TemporaryFolder folder_;
  PrepareOptions options_;
};

TEST_F(PrepareCorpus, TokenisesEachRowIntoItsSplit) {
  const Prepared prepared = prepare_corpus(options_);
  const Corpus& corpus = prepared.corpus;
  check_corpus(corpus, "corpus");
  EXPECT_EQ(corpus.train.rows(), 88U);  // round(0.1 * 25) = 3 of each class are validation rows
  EXPECT_EQ(corpus.val.rows(), 12U);
  EXPECT_EQ(corpus.test.rows(), 20U);

  const Tokenizer tokenizer(AGSWEEP_TOKENIZER);
  Tokenizer::Encoder encoder(tokenizer);
  for (const Split* split : {&corpus.train, &corpus.val}) {
    for (std::size_t row = 0; row < split->rows(); ++row) {
      const std::uint32_t source = split->source_rows[row];
      EXPECT_EQ(split->labels[row], source % 4);
      std::vector<std::uint16_t> expected;
      encoder.encode(fmt::format("Title {} the train number {}", source, source), 128, expected);
      EXPECT_THAT(split->row(row), testing::ElementsAreArray(expected));
    }
  }
}

TEST_F(PrepareCorpus, RecordsWhereItCameFrom) {
  options_.seed = 7;
  options_.max_length = 6;
  const CorpusInfo info = prepare_corpus(options_).corpus.info;
  EXPECT_EQ(info.tokenizer_sha256, Tokenizer(AGSWEEP_TOKENIZER).sha256());
  EXPECT_EQ(info.source_sha256.size(), 64U);
  EXPECT_EQ(info.seed, 7U);
  EXPECT_EQ(info.max_length, 6);
  EXPECT_FALSE(info.synthetic);
  EXPECT_EQ(info.class_names.size(), 4U);
}

TEST_F(PrepareCorpus, DoesNotDependOnTheNumberOfThreads) {
  write(csv(3000, "train"), csv(700, "test"));
  const Corpus one = prepare_corpus(options_).corpus;
  options_.threads = 3;
  const Corpus three = prepare_corpus(options_).corpus;
  EXPECT_EQ(one.train.tokens, three.train.tokens);
  EXPECT_EQ(one.train.offsets, three.train.offsets);
  EXPECT_EQ(one.val.tokens, three.val.tokens);
  EXPECT_EQ(one.test.tokens, three.test.tokens);
}

TEST_F(PrepareCorpus, CutsLongTextsAndCountsThem) {
  write(csv(100, "train") + "1,long,word word word word word word word word word word\n", csv(20, "test"));
  options_.max_length = 8;
  const Prepared prepared = prepare_corpus(options_);
  EXPECT_EQ(prepared.report.train.cut_rows + prepared.report.val.cut_rows, 1U);
  EXPECT_EQ(std::max(prepared.report.train.longest, prepared.report.val.longest), 8U);
}

TEST_F(PrepareCorpus, ReportsRowsTokensAndSpeed) {
  const Prepared prepared = prepare_corpus(options_);
  const PrepareReport& report = prepared.report;
  EXPECT_EQ(report.train.rows, 88U);
  EXPECT_THAT(report.train.class_rows, testing::Each(22U));
  EXPECT_THAT(report.val.class_rows, testing::Each(3U));
  EXPECT_EQ(report.train.tokens, prepared.corpus.train.tokens.size());
  EXPECT_DOUBLE_EQ(report.test.mean_length(), static_cast<double>(prepared.corpus.test.tokens.size()) / 20.0);
  EXPECT_GT(report.text_bytes, 2000U);
  EXPECT_GT(report.megabytes_per_second(), 0.0);
  EXPECT_EQ(report.val_in_train + report.test_in_train + report.test_in_val, 0U);
}

TEST_F(PrepareCorpus, CountsExactDuplicatesAcrossSplits) {
  // Every training text stands there twice and is a test text; the split puts some pairs on both sides.
  write(csv(100, "same") + csv(100, "same"), csv(30, "same") + csv(3, "other"));
  const PrepareReport report = prepare_corpus(options_).report;
  EXPECT_GE(report.test_in_train + report.test_in_val, 30U);
  EXPECT_LE(report.test_in_train, 30U);
  EXPECT_GT(report.val_in_train, 0U);
  EXPECT_LE(report.val_in_train, report.val.rows);
}

TEST_F(PrepareCorpus, RefusesAnEmptyTextOrLeavesItOutWhenAsked) {
  write("1,\"\",\" \n\"\n" + csv(100, "train"), csv(20, "test") + "2,,\n");
  EXPECT_THAT(error_of([&] { prepare_corpus(options_); }), EndsWith("train.csv:1: the text is empty; --skip-empty leaves such rows out"));
  options_.skip_empty = true;
  const Prepared prepared = prepare_corpus(options_);
  EXPECT_EQ(prepared.report.skipped_train, 1U);
  EXPECT_EQ(prepared.report.skipped_test, 1U);
  EXPECT_EQ(prepared.corpus.train.rows() + prepared.corpus.val.rows(), 100U);
  EXPECT_GE(prepared.corpus.train.source_rows.front(), 1U);  // records keep their numbers
}

TEST_F(PrepareCorpus, RefusesRowsOfOneClassAlsoWhereTheOthersTextsAreEmpty) {
  std::string one_class = "1,,\n2,,\n4,,\n";
  for (int i = 0; i < 100; ++i) one_class += fmt::format("3,title {},text\n", i);
  write(one_class, csv(20, "test"));
  options_.skip_empty = true;
  const std::string reason = "with one class there is nothing to tell apart";
  EXPECT_THAT(error_of([&] { prepare_corpus(options_); }), EndsWith("train.csv: every row is of class \"Business\": " + reason));
  write_file_atomically(folder_ / "classes.txt", "a\nb\n");
  write("a,title,text\na,title,text\n", "b,title,text\n");
  EXPECT_THAT(error_of([&] { prepare_corpus(options_); }), EndsWith("train.csv: every row is of class \"a\": " + reason));
}

TEST_F(PrepareCorpus, RefusesTooFewRows) {
  write(csv(4, "train"), csv(20, "test"));
  EXPECT_THAT(error_of([&] { prepare_corpus(options_); }),
              EndsWith("train.csv: 4 rows are too few to take 0.1 of each class for validation"));
  options_.skip_empty = true;
  write(csv(100, "train"), "1,,\n");
  EXPECT_THAT(error_of([&] { prepare_corpus(options_); }), EndsWith("test.csv: no row has a text"));
}

TEST_F(PrepareCorpus, WarnsOfClassesWithoutRowsInASplit) {
  write(csv(100, "train"), "1,a,b\n2,c,d\n3,e,f\n");
  PrepareReport report = prepare_corpus(options_).report;
  EXPECT_EQ(report.classes_from, "AG News's names of 1 to 4");
  EXPECT_THAT(report.warnings, testing::ElementsAre("test has no row of Sci/Tech"));
  EXPECT_THAT(report.test.class_rows, testing::ElementsAre(1U, 1U, 1U, 0U));

  write_file_atomically(folder_ / "classes.txt", "a\nb\nc\nd\ne\n");
  report = prepare_corpus(options_).report;
  EXPECT_EQ(report.classes_from, "classes.txt");
  EXPECT_THAT(report.warnings, testing::ElementsAre("train has no row of e", "val has no row of e", "test has no row of d, e"));
}

TEST_F(PrepareCorpus, CountsTextsThatAreNotUtf8) {
  write(csv(100, "train") + "1,caf\xE9,x\n2,caf\xC3\xA9,y\n3,\xFF\xFF,z\n", csv(20, "test"));
  const PrepareReport report = prepare_corpus(options_).report;
  EXPECT_EQ(report.not_utf8_train, 2U);
  EXPECT_EQ(report.not_utf8_test, 0U);
  EXPECT_THAT(report.warnings, testing::ElementsAre(HasSubstr("train.csv: 2 of 103 texts are not UTF-8, the first in line 101; ")));
}

TEST_F(PrepareCorpus, RecordsHowTextsWereJoined) {
  EXPECT_EQ(prepare_corpus(options_).corpus.info.join, TextJoin::space);
  options_.source.join = TextJoin::newline;
  const Corpus corpus = prepare_corpus(options_).corpus;
  EXPECT_EQ(corpus.info.join, TextJoin::newline);
  const Tokenizer tokenizer(AGSWEEP_TOKENIZER);
  std::vector<std::uint16_t> expected;
  Tokenizer::Encoder(tokenizer).encode("Title 0\nthe test number 0", 128, expected);
  EXPECT_THAT(corpus.test.row(0), testing::ElementsAreArray(expected));
}

TEST_F(PrepareCorpus, SaysHowFarItIs) {
  std::vector<std::size_t> done;
  options_.progress = [&](std::size_t rows_done, std::size_t rows) {
    EXPECT_EQ(rows, 120U);
    done.push_back(rows_done);
  };
  prepare_corpus(options_);
  EXPECT_THAT(done, testing::ElementsAre(100U, 120U));
}

TEST_F(PrepareCorpus, MakesASyntheticCorpusThatSaysSo) {
  options_.source.folder.clear();
  options_.synthetic_rows = 400;
  const Prepared prepared = prepare_corpus(options_);
  check_corpus(prepared.corpus, "corpus");
  EXPECT_TRUE(prepared.corpus.info.synthetic);
  EXPECT_EQ(prepared.corpus.train.rows() + prepared.corpus.val.rows(), 400U);
  EXPECT_EQ(prepared.corpus.test.rows(), 80U);
}

}  // namespace
}  // namespace agsweep
