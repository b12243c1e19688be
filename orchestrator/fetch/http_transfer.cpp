#include "orchestrator/fetch/http_transfer.hpp"

#include <curl/curl.h>

#include <array>
#include <exception>  // std::exception_ptr
#include <memory>
#include <span>
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
  long status() const { return info<long>(curl_.get(), CURLINFO_RESPONSE_CODE); }
  bool continues_the_part() const;

  const DownloadRequest& request_;
  PartFile& part_;
  CurlLibrary library_;
  CurlHandle curl_ = new_handle();
  std::array<char, CURL_ERROR_SIZE> reason_{};
  bool answer_checked_ = false;
  std::exception_ptr thrown_;  // inside libcurl's call, which is C
};

Transfer::Transfer(const DownloadRequest& request, PartFile& part) : request_(request), part_(part) {
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
    if (part_.size() < request_.size) throw TransferCut("the answer ended at {} of {} bytes", part_.size(), request_.size);
    return;
  }
  const char* const reason = reason_.front() != '\0' ? reason_.data() : curl_easy_strerror(code);
  if (status() == 416) {  // Range Not Satisfiable
    part_.clear();
    throw TransferCut("{}", reason);
  }
  if (may_pass(code, status())) throw TransferCut("{}", reason);
  throw RunTimeError("{}: {}", request_.url, reason);
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
  if (part_.size() + static_cast<std::int64_t>(bytes.size()) > request_.size) {
    part_.clear();
    throw DataError("{}: the server's file has more than {} bytes", request_.url, request_.size);
  }
  part_.append(bytes);
  request_.progress(part_.size());
}

/// Before the first byte is kept. An answer of another length, perhaps a page to log in, leaves the part as it is.
void Transfer::check_answer() {
  const bool continues = continues_the_part();
  const auto length = info<curl_off_t>(curl_.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T);  // negative: not told
  const std::int64_t size = (continues ? part_.size() : 0) + length;
  if (length >= 0 && size != request_.size) {
    throw DataError("{}: the server's file has {} bytes instead of {}", request_.url, size, request_.size);
  }
  if (!continues) part_.clear();
}

bool Transfer::continues_the_part() const {
  if (status() != 206) return false;  // Partial Content
  curl_header* range = nullptr;
  const bool told = curl_easy_header(curl_.get(), "Content-Range", 0, CURLH_HEADER, -1, &range) == CURLHE_OK;
  if (told && std::string_view(range->value).starts_with(fmt::format("bytes {}-", part_.size()))) return true;
  part_.clear();
  throw TransferCut("the server sent another range than it was asked for");
}

}  // namespace

void receive(const DownloadRequest& request, PartFile& part) { Transfer(request, part).run(); }

}  // namespace agsweep
