#pragma once

#include <string>
#include <string_view>

namespace agsweep {

/// Ties this program's own lines of a journal together. Each has, as its last entry, "seal": the first half of the SHA-256 of the seal
/// before and of the line without its own. So a line that was changed, moved or lost shows at itself or the next one. Optuna passes over
/// the entry.
///
/// A journal may begin with lines of a version before there were seals, which the first seal covers too.
class JournalSeal {
 public:
  /// The next line, without its newline, with its seal.
  std::string sealed(std::string_view line);

  /// Whether a line ends as sealed ones do; no other program's does.
  static bool is_in(std::string_view line);

  /// Passes over the next own line of a file. @throws DataError for one that cannot follow those before
  void check(std::string_view line);

  /// Whether a line with a seal has been there.
  bool has_begun() const { return begun_; }

 private:
  std::string next(std::string_view line);

  std::string last_;
  bool begun_ = false;
};

}  // namespace agsweep
