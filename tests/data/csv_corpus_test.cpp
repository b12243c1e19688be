#include "data/csv_corpus.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/file.hpp"
#include "base/sha256.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/temporary_folder.hpp"

namespace agsweep {
namespace {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;
using testing_support::error_of;

class CsvCorpus : public testing::Test {
 protected:
  void write(const std::string& train, const std::string& test, const std::string& classes = "") {
    write_file_atomically(folder_ / "train.csv", train);
    write_file_atomically(folder_ / "test.csv", test);
    if (!classes.empty()) write_file_atomically(folder_ / "classes.txt", classes);
  }
  TextCorpus read(const std::vector<int>& columns = {1, 2, 3}) const { return read_csv_corpus(folder_.path(), columns); }
  std::string error(const std::vector<int>& columns = {1, 2, 3}) const {
    return error_of([&] { read(columns); });
  }
  testing_support::TemporaryFolder folder_;
};

TEST_F(CsvCorpus, JoinsTitleAndDescriptionAndTrimsAsciiSpace) {
  write("\"3\",\" Oil \",\"prices\n\"\n\"1\",\"\",\"\\b &lt;\xC2\xA0\"\n", "4,chips,\n");
  const TextCorpus corpus = read();
  EXPECT_EQ(corpus.train.at(0).text, "Oil  prices");
  EXPECT_EQ(corpus.train.at(1).text, "\\b &lt;\xC2\xA0");
  EXPECT_EQ(corpus.test.at(0).text, "chips");
}

TEST_F(CsvCorpus, NumbersLabelsRowsAndLines) {
  write("3,a,\"b\nc\"\n1,d,e\n", "4,f,g\n");
  const TextCorpus corpus = read();
  EXPECT_EQ(corpus.train.at(0).label, 2);
  EXPECT_EQ(corpus.train.at(1).label, 0);
  EXPECT_EQ(corpus.train.at(1).source_row, 1U);
  EXPECT_EQ(corpus.train.at(1).line, 3U);
  EXPECT_THAT(corpus.class_names, ElementsAre("World", "Sports", "Business", "Sci/Tech"));
  EXPECT_FALSE(corpus.synthetic);
}

TEST_F(CsvCorpus, IsKnownByTheSha256OfBothFilesInOrder) {
  write("1,a,b\n", "2,c,d\n");
  EXPECT_EQ(read().source_sha256, sha256(std::as_bytes(std::span("1,a,b\n2,c,d\n").first(12))));
}

TEST_F(CsvCorpus, TakesTheColumnsAskedFor) {
  write("x,the text,7,2\n", "y,more,8,1\n");
  EXPECT_EQ(read({4, 2}).train.at(0).text, "the text");
  EXPECT_EQ(read({4, 3, 2}).train.at(0).text, "7 the text");
  EXPECT_EQ(read({4, 2}).train.at(0).label, 1);
  EXPECT_THAT(error({1, 2, 5}), EndsWith("train.csv:1: expected 5 columns, found 4"));
  EXPECT_THAT(error_of<UsageError>([&] { read({1}); }), HasSubstr("--columns: 1 is not CLASS,TEXT[,TEXT]"));
  EXPECT_THAT(error_of<UsageError>([&] { read({0, 2}); }), HasSubstr("--columns: 0,2 is not"));
}

TEST_F(CsvCorpus, ReadsClassNamesFromTheirFile) {
  write("2,a,b\ncats,c,d\n", "1,e,f\n", "dogs\r\ncats\n\n");
  const TextCorpus corpus = read();
  EXPECT_THAT(corpus.class_names, ElementsAre("dogs", "cats"));
  EXPECT_EQ(corpus.train.at(0).label, 1);
  EXPECT_EQ(corpus.train.at(1).label, 1);
  write("1,a,b\n", "1,e,f\n", "dogs\n\ncats\n");
  EXPECT_THAT(error(), EndsWith("classes.txt:2: a class without a name"));
  write("1,a,b\n", "1,e,f\n", "dogs\ncats\ndogs\n");
  EXPECT_THAT(error(), EndsWith("classes.txt:3: \"dogs\" stands there twice"));
  write("1,a,b\n", "1,e,f\n", "dogs\n");
  EXPECT_THAT(error(), EndsWith("classes.txt: expected 2 to 256 class names, found 1"));
}

TEST_F(CsvCorpus, RanksNamesThatNoFileOrders) {
  write("pear,a,b\napple,c,d\npear,e,f\n", "pear,g,h\n");
  const TextCorpus corpus = read();
  EXPECT_THAT(corpus.class_names, ElementsAre("apple", "pear"));
  EXPECT_EQ(corpus.test.at(0).label, 1);
}

TEST_F(CsvCorpus, RefusesAnEmptyClassName) {
  write("pear,a,b\n,c,d\n", "pear,g,h\n");
  EXPECT_THAT(error(), EndsWith("train.csv:2: the class is empty"));
}

TEST_F(CsvCorpus, RefusesAClassThatIsNotThere) {
  write("1,a,b\n5,c,d\n", "1,e,f\n");
  EXPECT_THAT(error(), EndsWith("train.csv:2: class \"5\" is neither in 1 .. 4 nor one of World, Sports, Business, Sci/Tech"));
  for (const char* value : {"0", "-1", "1.0", "99999999999999999999999", "", "world"}) {
    write("1,a,b\n", std::string("1,c,d\n") + value + ",e,f\n");
    EXPECT_THAT(error(), HasSubstr(std::string("test.csv:2: class \"") + value + "\" is neither")) << value;
  }
}

TEST_F(CsvCorpus, SuspectsAHeaderLine) {
  write("Class Index,Title,Description\n3,a,b\n", "1,e,f\n");
  EXPECT_THAT(error(), EndsWith("train.csv:2: class 3 is a number, but the first record's is \"Class Index\": is that a header line?"));
}

TEST_F(CsvCorpus, NamesTheFileThatIsMissingOrEmpty) {
  EXPECT_THAT(error(), EndsWith("train.csv: cannot read: No such file or directory"));
  write("1,a,b\n", "");
  EXPECT_THAT(error(), EndsWith("test.csv: the file is empty"));
}

}  // namespace
}  // namespace agsweep
