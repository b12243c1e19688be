#pragma once

#include <string>
#include <string_view>
#include <utility>  // std::pair
#include <vector>

namespace agsweep {

/// Text for HTML's content and attributes: & < > " ' are escaped, bytes that are no UTF-8 become U+FFFD, control characters spaces. All
/// that comes from a file goes through here.
std::string escape_html(std::string_view text);

/// A table in a box that scrolls sideways where it is wider than the page.
class HtmlTable {
 public:
  enum class Align { left, right };

  /// @param header  one text a column
  /// @param align   one a column: texts to the left, figures to the right
  HtmlTable(const std::vector<std::string>& header, std::vector<Align> align);
  /// @param cells  texts, as many as the header has; escaped here
  /// @param mark   whether the row stands out
  void add(const std::vector<std::string>& cells, bool mark = false);
  /// What the rows that follow have in common, over all columns. @param text  escaped here
  void add_group(std::string_view text);
  /// The last column too stays in view where the table is wider than the page; the first always does.
  void keep_last_in_view() { box_ = "scroll last"; }
  std::string html() const;

 private:
  std::vector<Align> align_;
  std::string rows_;
  std::string_view box_ = "scroll";
};

/// <p>..</p> of a text, escaped.
std::string paragraph(std::string_view text);

/// A command line, whose lines break before an option only.
std::string command_block(std::string_view command);

/// <p class="none">..</p>: why there is nothing to show.
std::string nothing_to_show(std::string_view why);

/// What a reader may open: folded away, and on paper left out. @param summary  a text  @param html  what is folded
std::string folded(std::string_view summary, std::string_view html);

/// A list of names and values. @param rows  {name, value}, texts
std::string definition_list(const std::vector<std::pair<std::string, std::string>>& rows);

}  // namespace agsweep
