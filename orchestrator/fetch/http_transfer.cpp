#include "orchestrator/fetch/http_transfer.hpp"

#include <curl/curl.h>

#include <algorithm>  // std::clamp, std::min
#include <array>
#include <exception>  // std::exception_ptr
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>  // std::exchange

namespace agsweep {

namespace {

constexpr long longest_redirection = 10;
constexpr long stalled_bytes_per_second = 1000;

/// Holds libcurl's global state; the library counts its owners.
class CurlLibrary {
 public:
  CurlLibrary() {
    if (curl_global_init(CURL_GLOBAL_DEFAULT) != CURLE_OK) throw RunTimeError("libcurl cannot start");
  }
  CurlLibrary(const CurlLibrary&) = delete;
  CurlLibrary& operator=(const CurlLibrary&) = delete;
  ~CurlLibrary() { curl_global_cleanup(); }
};

using CurlHandle = std::unique_ptr<CURL, decltype(&curl_easy_cleanup)>;

CurlHandle new_handle() {
  CurlHandle handle(curl_easy_init(), &curl_easy_cleanup);
  if (!handle) throw RunTimeError("libcurl: no handle");
  return handle;
}

template <typename T>
void set(CURL* curl, CURLoption option, T value) {
  const CURLcode code = curl_easy_setopt(curl, option, value);
  if (code != CURLE_OK) throw RunTimeError("libcurl: option {}: {}", static_cast<int>(option), curl_easy_strerror(code));
}

template <typename T>
T info(CURL* curl, CURLINFO name) {
  T value{};
  if (curl_easy_getinfo(curl, name, &value) != CURLE_OK) throw RunTimeError("libcurl: no information {}", static_cast<int>(name));
  return value;
}

bool may_pass(CURLcode code, long status) {
  switch (code) {
    case CURLE_HTTP_RETURNED_ERROR:
      return status >= 500 || status == 408 || status == 429;  // Request Timeout, Too Many Requests
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT:
    case CURLE_SSL_CONNECT_ERROR:
    case CURLE_OPERATION_TIMEDOUT:
    case CURLE_GOT_NOTHING:
    case CURLE_PARTIAL_FILE:
    case CURLE_SEND_ERROR:
    case CURLE_RECV_ERROR:
    case CURLE_HTTP2:
    case CURLE_HTTP2_STREAM:
      return true;
    default:
      return false;
  }
}

/// One request and its answer.
class Transfer {
 public:
  Transfer(const DownloadRequest& request, PartFile& part);
  void run();

 private:
  static std::size_t take_bytes(char* bytes, std::size_t one, std::size_t count, void* self) noexcept;
  void take(std::span<const std::byte> bytes);
  void check_answer();
  std::optional<std::string> continued_range() const;
  long status() const { return info<long>(curl_.get(), CURLINFO_RESPONSE_CODE); }

  const DownloadRequest& request_;
  PartFile& part_;
  CurlLibrary library_;
  CurlHandle curl_ = new_handle();
  std::array<char, CURL_ERROR_SIZE> reason_{};
  const std::int64_t size_before_;  // of the part
  std::int64_t position_;           // in the file, of the next byte that comes
  bool answer_checked_ = false;
  bool length_told_ = true;
  std::exception_ptr thrown_;  // inside libcurl's call, which is C
};

Transfer::Transfer(const DownloadRequest& request, PartFile& part)
    : request_(request), part_(part), size_before_(part.size()), position_(part.size()) {
  CURL* const curl = curl_.get();
  set(curl, CURLOPT_ERRORBUFFER, reason_.data());
  set(curl, CURLOPT_URL, request.url.c_str());
  set(curl, CURLOPT_USERAGENT, "agsweep");
  set(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  set(curl, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  set(curl, CURLOPT_FOLLOWLOCATION, 1L);
  set(curl, CURLOPT_MAXREDIRS, longest_redirection);
  set(curl, CURLOPT_FAILONERROR, 1L);
  set(curl, CURLOPT_CONNECTTIMEOUT, static_cast<long>(request.connect_timeout.count()));
  set(curl, CURLOPT_LOW_SPEED_LIMIT, stalled_bytes_per_second);
  set(curl, CURLOPT_LOW_SPEED_TIME, static_cast<long>(request.stall_timeout.count()));
  set(curl, CURLOPT_WRITEFUNCTION, &Transfer::take_bytes);
  set(curl, CURLOPT_WRITEDATA, this);
  // Not CURLOPT_RESUME_FROM_LARGE: with that libcurl fails where a server sends all again.
  if (part.size() > 0) set(curl, CURLOPT_RANGE, fmt::format("{}-", part.size()).c_str());
}

void Transfer::run() {
  request_.progress(part_.size());
  const CURLcode code = curl_easy_perform(curl_.get());
  if (thrown_) std::rethrow_exception(thrown_);
  if (code == CURLE_OK) {
    if (part_.size() == request_.size) return;
    // Such an answer may have been cut, or be something else, a page to log in for one.
    if (!length_told_) part_.shorten(size_before_);
    throw TransferCut("the answer ended at {} of {} bytes", position_, request_.size);
  }
  const char* const reason = reason_.front() != '\0' ? reason_.data() : curl_easy_strerror(code);
  if (status() == 416) {  // Range Not Satisfiable
    part_.shorten(0);
    throw TransferCut("{}", reason);
  }
  if (may_pass(code, status())) throw TransferCut("{}", reason);
  throw RunTimeError("{}: {}", shown_url(request_.url), reason);
}

std::size_t Transfer::take_bytes(char* bytes, std::size_t one, std::size_t count, void* self) noexcept {
  auto& transfer = *static_cast<Transfer*>(self);
  try {
    transfer.take(std::as_bytes(std::span(bytes, one * count)));
    return one * count;
  } catch (...) {
    transfer.thrown_ = std::current_exception();
    return 0;  // ends the transfer
  }
}

void Transfer::take(std::span<const std::byte> bytes) {
  if (!std::exchange(answer_checked_, true)) check_answer();
  const auto count = static_cast<std::int64_t>(bytes.size());
  if (count > request_.size - position_) {
    part_.shorten(size_before_);
    throw DataError("{}: the server's file has more than {} bytes", shown_url(request_.url), request_.size);
  }
  const std::int64_t known = std::clamp<std::int64_t>(part_.size() - position_, 0, count);
  part_.append(bytes.subspan(static_cast<std::size_t>(known)));
  position_ += count;
  request_.progress(position_);
}

/// Before the first byte is kept. A server without ranges sends all again; what the part has of it is passed over.
void Transfer::check_answer() {
  const std::optional<std::string> range = continued_range();
  if (!range) position_ = 0;
  const auto length = info<curl_off_t>(curl_.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T);  // negative: not told
  length_told_ = length >= 0 || range;
  std::string size = length >= 0 ? std::to_string(length) : "*";
  if (range) size = range->substr(std::min(range->rfind('/') + 1, range->size()));  // "bytes 1000-1999/3000": of the whole
  if (size == "*" || size == std::to_string(request_.size)) return;
  throw DataError("{}: the server's file has {:.100} bytes instead of {}", shown_url(request_.url), size, request_.size);
}

/// Content-Range of an answer that begins where the part ends.
std::optional<std::string> Transfer::continued_range() const {
  if (status() != 206) return {};  // Partial Content
  curl_header* range = nullptr;
  const bool told = curl_easy_header(curl_.get(), "Content-Range", 0, CURLH_HEADER, -1, &range) == CURLHE_OK;
  if (told && std::string_view(range->value).starts_with(fmt::format("bytes {}-", part_.size()))) return range->value;
  part_.shorten(0);
  throw TransferCut("the server sent another range than it was asked for");
}

struct UrlDelete {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
using ParsedUrl = std::unique_ptr<CURLU, UrlDelete>;

/// Null for one that is none.
ParsedUrl parsed_url(const std::string& url) {
  ParsedUrl parsed(curl_url());
  const bool good = parsed && curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) == CURLUE_OK;
  return good ? std::move(parsed) : nullptr;
}

/// Empty where the URL has no such part.
std::string part_of(const ParsedUrl& url, CURLUPart name) {
  char* text = nullptr;
  if (curl_url_get(url.get(), name, &text, 0) != CURLUE_OK) return "";
  const std::unique_ptr<char, decltype(&curl_free)> owner(text, &curl_free);
  return text;
}

}  // namespace

std::string shown_url(const std::string& url) {
  const ParsedUrl parsed = parsed_url(url);
  if (!parsed) {  // what stands before an @ may hold one
    const std::size_t begin = url.find("://"), end = url.rfind('@');
    return begin < end && end != url.npos ? url.substr(0, begin + 3) + url.substr(end) : url;
  }
  if (part_of(parsed, CURLUPART_PASSWORD).empty()) return url;
  curl_url_set(parsed.get(), CURLUPART_PASSWORD, nullptr, 0);
  return part_of(parsed, CURLUPART_URL);
}

void check_folder_url(const std::string& url, std::string_view option) {
  if (!url.starts_with("https://") && !url.starts_with("http://")) {
    throw UsageError("{}: {} does not begin with https:// or http://", option, shown_url(url));
  }
  const ParsedUrl parsed = parsed_url(url);
  if (!parsed) throw UsageError("{}: {} is no URL of a server", option, shown_url(url));
  if (!part_of(parsed, CURLUPART_QUERY).empty() || !part_of(parsed, CURLUPART_FRAGMENT).empty()) {
    throw UsageError("{}: {} has a ? or a #, but the files' names are to stand at its end", option, shown_url(url));
  }
}

void receive(const DownloadRequest& request, PartFile& part) { Transfer(request, part).run(); }

}  // namespace agsweep
