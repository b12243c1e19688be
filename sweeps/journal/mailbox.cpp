#include "sweeps/journal/mailbox.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>  // std::ranges::all_of, std::ranges::sort
#include <cerrno>
#include <chrono>

#include <fmt/chrono.h>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/system.hpp"               // error_text
#include "sweeps/journal/lock_file.hpp"  // new_token

namespace agsweep {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view suffix = ".json";
constexpr std::size_t largest_mail = std::size_t{1} << 16;  // bytes
constexpr std::size_t most_at_once = 100;

/// Whatever else lies there (a temporary file of a sender, one set aside, an editor's) is no mail.
bool is_mail_name(std::string_view name) {
  constexpr std::string_view signs = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.-_";
  return name.ends_with(suffix) && !name.starts_with('.') &&
         std::ranges::all_of(name, [&](char sign) { return signs.find(sign) != signs.npos; });
}

/// "20260131T120000.123456789Z"
std::string time_of_day() {
  const auto now = std::chrono::system_clock::now();
  const auto seconds = std::chrono::floor<std::chrono::seconds>(now);
  const auto rest = std::chrono::duration_cast<std::chrono::nanoseconds>(now - seconds).count();
  return fmt::format("{:%Y%m%dT%H%M%S}.{:09}Z", fmt::gmtime(std::chrono::system_clock::to_time_t(seconds)), rest);
}

Mail read_mail(const fs::path& path) {
  Mail mail{.name = path.filename().string(), .text = {}};
  // A pipe in its place must not hold anybody up.
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
  struct stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
    mail.problem = fmt::format("cannot read: {}", error_text(errno));
    return mail;
  }
  if (!S_ISREG(status.st_mode)) {
    mail.problem = "it is no regular file";
    return mail;
  }
  std::string text(largest_mail + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const ssize_t got = ::read(file.get(), text.data() + size, text.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) mail.problem = fmt::format("cannot read: {}", error_text(errno));
    if (got <= 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > largest_mail) mail.problem = fmt::format("it has more than {} bytes", largest_mail);
  if (mail.problem.empty()) mail.text = text.substr(0, size);
  return mail;
}

fs::path folder_of(const fs::path& sweep) { return sweep / "mail"; }

}  // namespace

std::string send_mail(const fs::path& sweep, std::string_view text) {
  make_folder(folder_of(sweep));
  const std::string name = fmt::format("{}-{}{}", time_of_day(), new_token().substr(0, 16), suffix);
  write_file_atomically(folder_of(sweep) / name, text);
  return name;
}

std::vector<std::string> unread_mail(const fs::path& sweep) {
  std::vector<std::string> names;
  std::error_code failure;
  for (fs::directory_iterator entry(folder_of(sweep), failure), end; !failure && entry != end; entry.increment(failure)) {
    const std::string name = entry->path().filename().string();
    if (is_mail_name(name)) names.push_back(name);
  }
  std::ranges::sort(names);
  return names;
}

std::vector<Mail> Mailbox::read() {
  std::vector<Mail> mails;
  for (const std::string& name : unread_mail(sweep_)) {
    if (stuck_.contains(name)) continue;
    mails.push_back(read_mail(folder_of(sweep_) / name));
    if (mails.size() == most_at_once) break;
  }
  return mails;
}

std::string Mailbox::remove(const std::string& name) {
  const fs::path path = folder_of(sweep_) / name;
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return "";
  stuck_.insert(name);
  return fmt::format("{}: cannot remove: {}", path.string(), error_text(errno));
}

std::string Mailbox::set_aside(const std::string& name) {
  const fs::path path = folder_of(sweep_) / name;
  if (::rename(path.c_str(), (path.string() + ".refused").c_str()) == 0 || errno == ENOENT) return "";
  stuck_.insert(name);
  return fmt::format("{}: cannot set aside: {}", path.string(), error_text(errno));
}

}  // namespace agsweep
