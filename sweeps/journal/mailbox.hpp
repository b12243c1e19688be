#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace agsweep {

/// A mail to a sweep: a small file of SWEEP/mail. What it says is sweeps/state/sweep_request.hpp's.
struct Mail {
  std::string name;          // no other mail's; names ascend with the time of sending, by the senders' clocks
  std::string text;          // as anybody may have written it
  std::string problem = {};  // why it could not be read; empty: it was
};

/// Puts a mail into SWEEP/mail, whole or not at all, for good. @return its name @throws RunTimeError
std::string send_mail(const std::filesystem::path& sweep, std::string_view text);

/// Names of the mails that nobody has read, the oldest first; none where there is no mailbox.
std::vector<std::string> unread_mail(const std::filesystem::path& sweep);

/// A sweep's mailbox for its coordinator, who alone removes what lies there. No content, kind or number of files there throws.
class Mailbox {
 public:
  explicit Mailbox(std::filesystem::path sweep) : sweep_(std::move(sweep)) {}

  /// The oldest mails, at most so many at once that a look takes no time; without those that remove() or set_aside() could not take away.
  std::vector<Mail> read();
  /// @return an error for a person; empty where all went well, as in set_aside
  std::string remove(const std::string& name);
  /// The mail is called NAME.refused from now on, and read no more.
  std::string set_aside(const std::string& name);

 private:
  std::filesystem::path sweep_;
  std::set<std::string> stuck_;
};

}  // namespace agsweep
