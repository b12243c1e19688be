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
  CsvCorpus() { source_.folder = folder_.path(); }
  void write(const std::string& train, const std::string& test, const std::string& classes = "") {
    write_file_atomically(folder_ / "train.csv", train);
    write_file_atomically(folder_ / "test.csv", test);
    if (!classes.empty()) write_file_atomically(folder_ / "classes.txt", classes);
  }
  TextCorpus read(const Columns& columns = {"1", "2", "3"}) {
    source_.columns = columns;
    return read_csv_corpus(source_);
  }
  std::string error(const Columns& columns = {"1", "2", "3"}) {
    return error_of([&] { read(columns); });
  }
  /// Rows "CLASS,about,words N", a row for each word of `classes`.
  static std::string rows(const std::vector<std::string>& classes) {
    std::string lines;
    for (const std::string& name : classes) lines += fmt::format("{},about,words {}\n", name, lines.size());
    return lines;
  }
  testing_support::TemporaryFolder folder_;
  CsvSource source_;
};

TEST_F(CsvCorpus, JoinsTitleAndDescriptionAndTrimsAsciiSpace) {
  write("\"3\",\" Oil \",\"prices\n\"\n\"1\",\"\",\"\\b &lt;\xC2\xA0\"\n", "3,chips,\n");
  EXPECT_EQ(read().train.rows.at(0).text, "Oil  prices");
  EXPECT_EQ(read().train.rows.at(1).text, "\\b &lt;\xC2\xA0");
  EXPECT_EQ(read().test.rows.at(0).text, "chips");
  source_.join = TextJoin::newline;
  EXPECT_EQ(read().train.rows.at(0).text, "Oil \nprices");
  EXPECT_EQ(read().join, TextJoin::newline);
}

TEST_F(CsvCorpus, NumbersLabelsRowsAndLines) {
  write("3,a,\"b\nc\"\n1,d,e\n2,x,y\n4,x,z\n", "4,f,g\n");
  const TextCorpus corpus = read();
  EXPECT_EQ(corpus.train.rows.at(0).label, 2);
  EXPECT_EQ(corpus.train.rows.at(1).label, 0);
  EXPECT_EQ(corpus.train.rows.at(1).source_row, 1U);
  EXPECT_EQ(corpus.train.rows.at(1).line, 3U);
  EXPECT_FALSE(corpus.synthetic);
}

TEST_F(CsvCorpus, IsKnownByTheSha256OfBothFilesInOrder) {
  write("1,a,b\n2,c,d\n", "2,c,d\n");
  EXPECT_EQ(read().source_sha256, sha256(std::as_bytes(std::span("1,a,b\n2,c,d\n2,c,d\n").first(18))));
}

TEST_F(CsvCorpus, TakesTheColumnsAskedFor) {
  write("x,the text,7,2\ny,text,7,1\n", "y,more,8,1\n");
  EXPECT_EQ(read({"4", "2"}).train.rows.at(0).text, "the text");
  EXPECT_EQ(read({"4", "3", "2"}).train.rows.at(0).text, "7 the text");
  EXPECT_EQ(read({"4", "2"}).train.rows.at(0).label, 1);
  EXPECT_THAT(error({"1", "2", "5"}), EndsWith("train.csv:1: expected 5 columns, found 4"));
  EXPECT_THAT(error_of<UsageError>([&] { read({"1"}); }), HasSubstr("--columns: 1 is not CLASS,TEXT[,TEXT]"));
}

TEST_F(CsvCorpus, TakesColumnsByTheirNamesInTheFirstLine) {
  write("id,review, sentiment \n7,good film,pos\n8,bad film,neg\n", "id,sentiment,review\n9,pos,fine\n");
  const TextCorpus corpus = read({"sentiment", "review"});
  EXPECT_THAT(corpus.class_names, ElementsAre("neg", "pos"));
  EXPECT_EQ(corpus.train.rows.at(0).text, "good film");
  EXPECT_EQ(corpus.train.rows.at(0).source_row, 0U);  // the header is no record
  EXPECT_EQ(corpus.train.rows.at(0).line, 2U);
  EXPECT_EQ(corpus.test.rows.at(0).text, "fine");
  EXPECT_THAT(error({"label", "review"}), EndsWith("train.csv:1: no column is called \"label\"; the first line has id, review, sentiment"));
  write("c,t,t\nx,1,2\ny,3,4\n", "c,t\n");
  EXPECT_THAT(error({"c", "t"}), HasSubstr("two columns are called \"t\""));
  write("c,t\nx,1\ny,2\nc,t\nx,3\n", "c,t\nx,1\n");
  EXPECT_THAT(error({"c", "t"}), EndsWith("train.csv:4: the header line stands here again"));
  write("c,t\nx,1\ny,2\n", "c,t\n");
  EXPECT_THAT(error({"c", "t"}), EndsWith("test.csv: a header line, and no row"));
}

TEST_F(CsvCorpus, ReadsTabSeparatedFiles) {
  write_file_atomically(folder_ / "train.tsv", "pos\tgood, \"film\"\nneg\tbad\n");
  write_file_atomically(folder_ / "test.tsv", "neg\tworse\n");
  source_.format.quotes = false;
  EXPECT_EQ(read({"1", "2"}).train.rows.at(0).text, "good, \"film\"");
  write("pos\ta\nneg\tb\n", "pos\tc\n");
  EXPECT_THAT(error({"1", "2"}), HasSubstr("train.csv: train.tsv stands beside it; which is it?"));
  std::filesystem::remove(folder_ / "train.tsv");
  std::filesystem::remove(folder_ / "test.tsv");
  source_.format.delimiter = '\t';
  EXPECT_EQ(read({"1", "2"}).test.rows.at(0).text, "c");
}

TEST_F(CsvCorpus, ReadsClassNamesFromTheirFile) {
  write("2,a,b\ncats,c,d\n1,e,f\n", "1,e,f\n",
        "\xEF\xBB\xBF"
        "dogs\r\ncats\n\n");
  const TextCorpus corpus = read();
  EXPECT_THAT(corpus.class_names, ElementsAre("dogs", "cats"));
  EXPECT_EQ(corpus.classes_from, "classes.txt");
  EXPECT_EQ(corpus.train.rows.at(0).label, 1);
  EXPECT_EQ(corpus.train.rows.at(1).label, 1);
  write(rows({"1"}), rows({"1"}), "dogs\n\ncats\n");
  EXPECT_THAT(error(), EndsWith("classes.txt:2: the class is empty"));
  write(rows({"1"}), rows({"1"}), "dogs\ncats\ndogs\n");
  EXPECT_THAT(error(), EndsWith("classes.txt:3: \"dogs\" stands there twice"));
  write(rows({"1"}), rows({"1"}), "dogs\n");
  EXPECT_THAT(error(), EndsWith("classes.txt: expected 2 to 256 class names, found 1"));
}

TEST_F(CsvCorpus, TakesANumberOfClassesTxtForTheNameThatItIs) {
  write(rows({"3", "1", "2"}), rows({"3"}), "3\n2\n1\n");
  EXPECT_EQ(read().train.rows.at(0).label, 0);
  EXPECT_EQ(read().train.rows.at(1).label, 2);
}

TEST_F(CsvCorpus, RefusesClassesThatClassesTxtContradicts) {
  write(rows({"0", "1", "0", "1"}), rows({"0"}), "neg\npos\n");
  EXPECT_THAT(error(), EndsWith("train.csv:1: class \"0\" is none of those of classes.txt: neg, pos, or 1 to 2"));
  write(rows({"1", "2", "3"}), rows({"1"}), "neg\npos\n");
  EXPECT_THAT(error(), HasSubstr("train.csv:3: class \"3\" is none"));
  write(rows({"negative", "pos", "negative"}), rows({"pos"}), "neg\npos\n");
  EXPECT_THAT(error(), HasSubstr("train.csv:1: class \"negative\" is none"));
}

TEST_F(CsvCorpus, NamesOnlyExactlyOneToFourAsAgNewsDoes) {
  const auto names_of = [&](const std::vector<std::string>& classes) {
    write(rows(classes), rows({classes[0]}));
    return read().class_names;
  };
  EXPECT_THAT(names_of({"4", "3", "2", "1"}), ElementsAre("World", "Sports", "Business", "Sci/Tech"));
  EXPECT_THAT(names_of({"1", "2"}), ElementsAre("1", "2"));
  EXPECT_THAT(names_of({"0", "1", "2", "3"}), ElementsAre("0", "1", "2", "3"));
  EXPECT_THAT(names_of({"1", "2", "4"}), ElementsAre("1", "2", "4"));
  EXPECT_THAT(names_of({"10", "9", "1", "2", "3", "4"}), ElementsAre("1", "2", "3", "4", "9", "10"));
  EXPECT_THAT(names_of({"1", "-1", "0"}), ElementsAre("-1", "0", "1"));
  EXPECT_THAT(names_of({"2.0", "1.0"}), ElementsAre("1.0", "2.0"));
  write(rows({"1", "01", "2"}), rows({"2"}));
  EXPECT_THAT(error(), HasSubstr("are one number, written in two ways"));
  write(rows({"1", "2", "1", "Sport"}), rows({"2"}));
  EXPECT_THAT(error(), HasSubstr("train.csv:4: class \"Sport\" is no number, unlike most classes"));
}

TEST_F(CsvCorpus, RefusesNamesThatAreNoUtf8) {  // two might be shown as the same
  write(rows({"a",
              "H\xF6"
              "flich",
              "H\xE4"
              "flich"}),
        rows({"a"}));
  EXPECT_THAT(error(), HasSubstr("train.csv:2: the class \"H\xEF\xBF\xBD"
                                 "flich\" is no UTF-8; convert the file: iconv"));
  write(rows({"1"}), rows({"1"}), "dogs\nA\xFF\n");
  EXPECT_THAT(error(), HasSubstr("classes.txt:2: the class \"A\xEF\xBF\xBD\" is no UTF-8"));
}

TEST_F(CsvCorpus, RefusesATextInThePlaceOfTheClass) {
  write(rows({"a", std::string(70'000, 'x')}), rows({"a"}));
  EXPECT_THAT(error(), EndsWith("train.csv:2: the class has 70000 bytes, \"" + std::string(40, 'x') + "..\"; is it the text?"));
}

TEST_F(CsvCorpus, RefusesAClassesTxtThatLeadsNowhere) {
  write(rows({"a", "b"}), rows({"a"}));
  std::filesystem::create_symlink("nowhere", folder_ / "classes.txt");
  EXPECT_THAT(error(), EndsWith("classes.txt: cannot read: No such file or directory"));
}

TEST_F(CsvCorpus, RanksNamesThatNoFileOrders) {
  write(rows({"pear", "apple", "pear"}), rows({"pear"}));
  EXPECT_THAT(read().class_names, ElementsAre("apple", "pear"));
  EXPECT_EQ(read().test.rows.at(0).label, 1);
}

TEST_F(CsvCorpus, RefusesOneClassOrTooMany) {
  write(rows({"a", "a", "a"}), rows({"a"}));
  EXPECT_THAT(error(), EndsWith("train.csv: every row is of class \"a\": with one class there is nothing to tell apart"));
  std::vector<std::string> many;
  for (int i = 0; i < 514; ++i) many.push_back(fmt::format("c{}", i % 257));
  write(rows(many), rows({"c0"}));
  EXPECT_THAT(error(), EndsWith("train.csv: expected 2 to 256 classes, found 257"));
}

TEST_F(CsvCorpus, RefusesAnEmptyClassAndOneThatIsNotThere) {
  write(rows({"0", "1", "2", "3"}), rows({"4"}));
  EXPECT_THAT(error(), EndsWith("test.csv:1: class \"4\" is none of those of numbers in the training rows: 0, 1, 2, 3"));
  write(rows({"pear", "", "apple"}), rows({"pear"}));
  EXPECT_THAT(error(), EndsWith("train.csv:2: the class is empty"));
  write(rows({"pear", std::string("app\0le", 6), "apple"}), rows({"pear"}));
  EXPECT_THAT(error(), EndsWith("train.csv:2: the class has a zero byte"));
  for (const char* value : {"0", "-1", "1.0", "99999999999999999999999", "world", "Sport"}) {
    write(rows({"1", "2", "3", "4"}), rows({"1", value}));
    EXPECT_THAT(error(), HasSubstr(fmt::format("test.csv:2: class \"{}\" is none of those of AG News's names of 1 to 4", value)));
  }
}

TEST_F(CsvCorpus, SuspectsAHeaderLine) {
  const auto suspects = [&](const std::string& train, const std::string& test) {
    write(train, test);
    return error();
  };
  const std::string names = rows({"World", "Sports", "World"}), numbers = rows({"3", "1", "1"});
  const std::string header = "Class Index,Title,Description\n";
  const std::string told =
      "csv:1: this looks like a header line; if it is, name the columns by it: --columns 'Class Index,Title,Description'; "
      "if not, put one above it";
  EXPECT_THAT(suspects(header + names, names), EndsWith("train." + told));
  EXPECT_THAT(suspects(header + numbers, numbers), EndsWith("train." + told));
  EXPECT_THAT(suspects(names, header + names), EndsWith("test." + told));
  EXPECT_THAT(suspects("l,t,d\n" + names, names), HasSubstr("train.csv:1: this looks like a header line"));
  EXPECT_THAT(suspects("l,t,d\n" + names + "l,t,d\n" + names, names), HasSubstr("train.csv:1: this looks like a header line"));
  EXPECT_THAT(suspects("0,1,2\n" + numbers, numbers),
              HasSubstr("train.csv:1: this looks like a header line, whose cells cannot name columns"));
  EXPECT_THAT(suspects("World,One,only\n" + rows({"Sports", "Tech", "Sports"}), names), HasSubstr("looks like a header line"));
  EXPECT_EQ(suspects("World,title 1,text 1\nSports,title 2,text 2\nWorld,title 3,text 3\n", "World,text,title\n" + names), "no error");
  write("World,One,only\n" + rows({"Sports", "Sports"}), names, "World\nSports\n");
  EXPECT_EQ(error(), "no error");  // classes.txt knows it
}

TEST_F(CsvCorpus, NamesTheFileThatIsMissingOrEmptyOrUtf16) {
  EXPECT_THAT(error(), EndsWith("train.csv: cannot read: No such file or directory"));
  write(rows({"1", "2"}), "");
  EXPECT_THAT(error(), EndsWith("test.csv: the file is empty"));
  write(std::string("\xFF\xFE"
                    "1\0,\0",
                    6),
        rows({"1"}));
  EXPECT_THAT(error(), HasSubstr("train.csv: this is UTF-16, not UTF-8"));
}

}  // namespace
}  // namespace agsweep
