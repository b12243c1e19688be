#include "sweeps/report/html.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace agsweep {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(EscapeHtml, LeavesNoMarkup) {
  EXPECT_EQ(escape_html("<a href=\"x\" title='y'>&amp;</a>"), "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;&amp;amp;&lt;/a&gt;");
}

TEST(EscapeHtml, KeepsCharactersOfAllLengths) {
  const std::string text = "a\xC3\xA4\xE2\x82\xAC\xF0\x9F\x98\x80";
  EXPECT_EQ(escape_html(text), text);
}

TEST(EscapeHtml, ReplacesWhatIsNoUtf8) {
  const std::string mark = "\xEF\xBF\xBD";
  EXPECT_EQ(escape_html("a\xFF"
                        "b"),
            "a" + mark + "b");
  EXPECT_EQ(escape_html("\xC3"), mark);                                   // cut off
  EXPECT_EQ(escape_html("\xC0\xAF"), mark + mark);                        // overlong
  EXPECT_EQ(escape_html("\xED\xA0\x80"), mark + mark + mark);             // a surrogate
  EXPECT_EQ(escape_html("\xF5\x80\x80\x80"), mark + mark + mark + mark);  // beyond Unicode
}

TEST(EscapeHtml, MakesControlCharactersSpaces) { EXPECT_EQ(escape_html(std::string("a\0b\x1b\x7f\nc", 7)), "a b  \nc"); }

TEST(HtmlTable, EscapesItsCellsAndAlignsFigures) {
  using enum HtmlTable::Align;
  HtmlTable table({"<name>", "n"}, {left, right});
  table.add({"a&b", "1"});
  table.add({"c", "2"}, true);
  EXPECT_THAT(table.html(), HasSubstr("<th scope=\"col\">&lt;name&gt;</th><th scope=\"col\" class=\"n\">n</th>"));
  EXPECT_THAT(table.html(), HasSubstr("<tr><td>a&amp;b</td><td class=\"n\">1</td></tr>"));
  EXPECT_THAT(table.html(), HasSubstr("<tr class=\"mark\"><td>c</td>"));
}

}  // namespace
}  // namespace agsweep
