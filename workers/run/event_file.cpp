#include "workers/run/event_file.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>  // std::max
#include <array>
#include <bit>       // std::bit_cast, std::rotr
#include <charconv>  // std::from_chars
#include <chrono>
#include <concepts>  // std::unsigned_integral

#include <boost/crc.hpp>

#include "base/error.hpp"
#include "base/file.hpp"
#include "base/system.hpp"

namespace agsweep {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view prefix = "events.out.tfevents.";

/// The seconds in an event file's name; below 0 for another file.
std::int64_t seconds_of(const fs::path& path) {
  const std::string name = path.filename().string();
  std::int64_t seconds = -1;
  if (name.starts_with(prefix)) std::from_chars(name.data() + prefix.size(), name.data() + name.size(), seconds);
  return seconds;
}

double unix_time() { return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count(); }

/// Sorts after each event file in `folder`, also when that was made in this second or by a host whose clock is ahead.
fs::path next_path(const fs::path& folder) try {
  auto seconds = static_cast<std::int64_t>(unix_time());
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) seconds = std::max(seconds, seconds_of(entry.path()) + 1);
  return folder / fmt::format("{}{:010}.{}.{}", prefix, seconds, host_name(), ::getpid());
} catch (const fs::filesystem_error& error) {
  throw RunTimeError("{}", error.what());
}

AppendFile create(const fs::path& path) {
  open_file(path, O_WRONLY | O_CREAT | O_EXCL);  // never another's file
  return AppendFile(path);
}

template <std::unsigned_integral T>
std::string little_endian(T value) {
  std::string bytes;
  for (std::size_t i = 0; i < sizeof value; ++i) bytes += static_cast<char>(value >> (8 * i));
  return bytes;
}

/// Castagnoli; RFC 3720, 12.1.
std::uint32_t crc32c(std::string_view bytes) {
  // RFC 3720: the polynomial 0x11EDC6F41, bytes taken from their lowest bit on, a register of ones at the start and its complement at the
  // end.
  boost::crc_optimal<32, 0x1EDC6F41, 0xFFFFFFFF, 0xFFFFFFFF, true, true> crc;
  crc.process_bytes(bytes.data(), bytes.size());
  return crc.checksum();
}

/// Turned and shifted, since a checksum over data that hold their own checksum says little (TensorFlow's core/lib/hash/crc32c.h).
std::uint32_t masked_checksum(std::string_view data) { return std::rotr(crc32c(data), 15) + 0xA282EAD8U; }

// Protocol Buffers' encoding, protobuf.dev/programming-guides/encoding: a message is its fields end to end, each after its number and type.

std::string varint(std::uint64_t value) {
  std::string bytes;
  for (; value >= 0x80; value >>= 7) bytes += static_cast<char>(value | 0x80);
  return bytes + static_cast<char>(value);
}

enum class WireType : std::uint64_t { varint = 0, fixed64 = 1, length_delimited = 2, fixed32 = 5 };

std::string key(std::uint64_t number, WireType type) { return varint(number << 3 | static_cast<std::uint64_t>(type)); }

std::string integer_field(std::uint64_t number, std::int64_t value) {
  return key(number, WireType::varint) + varint(static_cast<std::uint64_t>(value));
}

std::string double_field(std::uint64_t number, double value) {
  return key(number, WireType::fixed64) + little_endian(std::bit_cast<std::uint64_t>(value));
}

std::string float_field(std::uint64_t number, float value) {
  return key(number, WireType::fixed32) + little_endian(std::bit_cast<std::uint32_t>(value));
}

/// Of a string or a message.
std::string bytes_field(std::uint64_t number, std::string_view value) {
  return key(number, WireType::length_delimited) + varint(value.size()) + std::string(value);
}

// TensorFlow's core/util/event.proto and core/framework/summary.proto; the numbers are those of their fields.

std::string wall_time() { return double_field(1, unix_time()); }
std::string step_field(std::int64_t step) { return integer_field(2, step); }

std::string version_event() { return wall_time() + bytes_field(3, "brain.Event:2"); }

/// A session that starts at `step` takes back all that earlier files hold from there on.
std::string start_event(std::int64_t step) {
  constexpr std::int64_t start = 1;  // SessionLog.SessionStatus.START
  return wall_time() + step_field(step) + bytes_field(7, integer_field(1, start));
}

std::string summary_event(std::int64_t step, const std::vector<Scalar>& scalars) {
  std::string summary;
  for (const Scalar& scalar : scalars) {
    summary += bytes_field(1, bytes_field(1, scalar.tag) + float_field(2, static_cast<float>(scalar.value)));
  }
  return wall_time() + step_field(step) + bytes_field(5, summary);
}

// TensorBoard's plugins/hparams/plugin_data.proto: what the plugin wants to know stands in the metadata of a summary without a value.

std::string hparams_event(std::string_view tag, std::string_view data) {
  const std::string plugin = bytes_field(1, "hparams") + bytes_field(2, data);
  const std::string no_values = bytes_field(2, "");                            // TensorShapeProto.Dim of size 0
  const std::string tensor = integer_field(1, 1) + bytes_field(2, no_values);  // DT_FLOAT
  const std::string value = bytes_field(1, tag) + bytes_field(8, tensor) + bytes_field(9, bytes_field(1, plugin));
  return wall_time() + step_field(0) + bytes_field(5, bytes_field(1, value));
}

/// As google.protobuf.Value.
std::string hparam_value(const HParam& value) {
  if (const auto* number = std::get_if<double>(&value)) return double_field(2, *number);
  if (const auto* whole = std::get_if<std::int64_t>(&value)) return double_field(2, static_cast<double>(*whole));
  if (const auto* text = std::get_if<std::string>(&value)) return bytes_field(3, *text);
  return integer_field(4, std::get<bool>(value) ? 1 : 0);
}

}  // namespace

std::string tf_record(std::string_view data) {
  const std::string length = little_endian(std::uint64_t{data.size()});
  return length + little_endian(masked_checksum(length)) + std::string(data) + little_endian(masked_checksum(data));
}

EventFile::EventFile(const fs::path& folder, std::int64_t resumed_step) : file_(create(next_path(folder))) {
  file_.append(tf_record(version_event()));
  // A new run's too: one that was killed before its first checkpoint starts anew at step 1, and leaves its file.
  file_.append(tf_record(start_event(resumed_step + 1)));
}

void EventFile::write(std::int64_t step, const std::vector<Scalar>& scalars) { file_.append(tf_record(summary_event(step, scalars))); }

void EventFile::write_session_start(const HParams& hparams) {
  std::string info;
  for (const auto& [key, value] : hparams.values) info += bytes_field(1, bytes_field(1, key) + bytes_field(2, hparam_value(value)));
  info += bytes_field(4, hparams.name) + double_field(5, unix_time());
  file_.append(tf_record(hparams_event("_hparams_/session_start_info", bytes_field(3, info))));
}

void EventFile::write_session_end(bool success) {
  const std::string info = integer_field(1, success ? 1 : 2) + double_field(2, unix_time());
  file_.append(tf_record(hparams_event("_hparams_/session_end_info", bytes_field(4, info))));
}

void EventFile::sync() { file_.sync(); }

}  // namespace agsweep
