#include "workers/run/append_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>  // std::from_chars
#include <span>

#include <fmt/format.h>

#include "base/error.hpp"
#include "base/file_error.hpp"

namespace agsweep {

namespace {

/// Bytes of `content` that are whole rows up to `last`, from `begin` on.
std::size_t rows_end(std::string_view content, std::size_t begin, std::int64_t last) {
  for (;;) {
    const std::size_t newline = content.find('\n', begin);
    if (newline == content.npos) return begin;
    const std::string_view row = content.substr(begin, newline - begin);
    std::int64_t number = 0;
    const auto [stop, error] = std::from_chars(row.data(), row.data() + row.size(), number);
    const bool is_row = error == std::errc() && stop != row.data() + row.size() && *stop == ',';
    if (!is_row || number > last) return begin;
    begin = newline + 1;
  }
}

}  // namespace

AppendFile::AppendFile(std::filesystem::path path) : path_(std::move(path)), file_(open_file(path_, O_WRONLY | O_CREAT | O_APPEND)) {}

void AppendFile::append(std::string_view text) {
  synced_ = false;
  write_all(file_.get(), std::as_bytes(std::span(text)), path_);
}

void AppendFile::sync() {
  require_in_place();
  if (synced_) return;
  sync_file(file_.get(), path_);
  synced_ = true;
}

/// What is appended to a file that was removed, or replaced, nobody will find.
void AppendFile::require_in_place() const {
  struct stat ours {};
  struct stat there {};
  if (::fstat(file_.get(), &ours) != 0) throw_file_error(path_, "stat", errno);
  if (::stat(path_.c_str(), &there) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) throw RunTimeError("{}: it has gone while the run wrote to it", path_.string());
    throw_file_error(path_, "stat", errno);
  }
  if (ours.st_dev != there.st_dev || ours.st_ino != there.st_ino) {
    throw RunTimeError("{}: another file has taken its place while the run wrote to it", path_.string());
  }
}

namespace {

/// The file with that part of it alone. It is made where it is missing.
AppendFile cut_back(const std::filesystem::path& path, std::uint64_t bytes) {
  AppendFile file(path);
  if (std::filesystem::file_size(path) > bytes && ::truncate(path.c_str(), static_cast<off_t>(bytes)) != 0) {
    throw_file_error(path, "cut it back", errno);
  }
  return file;
}

}  // namespace

std::string CsvFile::kept_part(const std::filesystem::path& path, std::string_view header, std::int64_t last) {
  const std::string first_line = fmt::format("{}\n", header);
  std::string content = std::filesystem::exists(path) ? read_file(path) : "";
  content.resize(content.starts_with(first_line) ? rows_end(content, first_line.size(), last) : 0);
  return content;
}

CsvFile::CsvFile(const std::filesystem::path& path, std::string_view header, std::string_view kept)
    : file_(cut_back(path, kept.size())), bytes_(kept.size()) {
  digest_.update(std::as_bytes(std::span(kept)));
  if (kept.empty()) append(fmt::format("{}\n", header));
}

void CsvFile::append(std::string_view rows) {
  file_.append(rows);
  bytes_ += rows.size();
  digest_.update(std::as_bytes(std::span(rows)));
}

}  // namespace agsweep
