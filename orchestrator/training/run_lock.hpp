#pragma once

#include <condition_variable>
#include <filesystem>
#include <functional>
#include <mutex>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "sweeps/journal/sweep_lock.hpp"

namespace agsweep {

/// Takes the lock of a run's or a sweep's folder for this process; makes the folder where it is missing.
/// @param message  says what is waited for
/// @throws RunTimeError naming host and process of its holder
SweepLock lock_folder(const std::filesystem::path& folder, const std::function<void(const std::string&)>& message);

/// A folder is a run's or a sweep's, and a trial's is its sweep's alone.
/// @throws UsageError when a sweep stands in `out`, or it is a sweep's trial
void require_no_sweep(const std::filesystem::path& out);
/// @throws UsageError when the parts of a sweep stand in `out`: they would no longer be seen beside a whole one
void require_no_parts(const std::filesystem::path& out);
/// @throws UsageError when a run stands in `out`
void require_no_run(const std::filesystem::path& out);

/// A run's folder, in this process's hands while this lives.
class RunLock {
 public:
  /// @throws as lock_folder
  explicit RunLock(const std::filesystem::path& folder);
  RunLock(const RunLock&) = delete;
  RunLock& operator=(const RunLock&) = delete;
  /// Gives it back. Folders that were made for it, and in which nothing has been put, go.
  ~RunLock();

  /// @throws RunTimeError when the folder is not this process's any more. Cheap: a look at the clock, mostly.
  void require();

 private:
  void keep(const std::stop_token& stop);

  /// Removes folders at the end, the innermost first, where they are empty.
  struct MadeFolders {
    explicit MadeFolders(const std::filesystem::path& folder);
    MadeFolders(const MadeFolders&) = delete;
    MadeFolders& operator=(const MadeFolders&) = delete;
    ~MadeFolders();
    std::vector<std::filesystem::path> paths;
  };

  std::filesystem::path folder_;
  MadeFolders made_;
  SweepLock lock_;   // the keeper's
  LockWatch watch_;  // this thread's view of it
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::jthread keeper_;  // shows other processes that this one lives
};

}  // namespace agsweep
