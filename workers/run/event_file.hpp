#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <utility>  // std::pair
#include <variant>
#include <vector>

#include "workers/run/append_file.hpp"

namespace agsweep {

/// One point of a curve in TensorBoard, which keeps 32 bits of its value.
struct Scalar {
  std::string tag;
  double value = 0;
};

using HParam = std::variant<bool, std::int64_t, double, std::string>;

/// What TensorBoard's HParams tab knows of a run.
struct HParams {
  std::string name = {};                                    // in its table
  std::vector<std::pair<std::string, HParam>> values = {};  // by key; none: the tab has no such run
};

/// An event file for TensorBoard: TFRecords of protobuf Events, each handed to the kernel as it is written.
class EventFile {
 public:
  /// Starts events.out.tfevents.SECONDS.HOST.PID in `folder`; SECONDS is the Unix time, or more where that does not exceed every earlier
  /// event file's: TensorBoard reads a folder's files in the order of their names. What earlier ones hold of steps after `resumed_step`
  /// counts no more. @throws RunTimeError, as do the methods
  EventFile(const std::filesystem::path& folder, std::int64_t resumed_step);

  void write(std::int64_t step, const std::vector<Scalar>& scalars);
  /// The run as a session of the HParams plugin, which takes the first of a folder's.
  void write_session_start(const HParams& hparams);
  /// Of a run that goes on never more.
  void write_session_end(bool success);
  /// fsync.
  void sync();

 private:
  AppendFile file_;
};

/// `data` in the frame of a TFRecord: length, its checksum, data, their checksum.
std::string tf_record(std::string_view data);

}  // namespace agsweep
