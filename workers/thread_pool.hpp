#pragma once

#include <condition_variable>
#include <cstdint>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>
#include <vector>

namespace agsweep {

/// Threads that wait for work without using a core. The calling thread is worker 0, so a pool of one starts no thread.
class ThreadPool {
 public:
  /// @param on_start  runs once in every worker, in the calling thread too; may be empty
  /// @throws RunTimeError when the system gives no more threads
  explicit ThreadPool(int threads, const std::function<void()>& on_start = {});
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const { return static_cast<int>(workers_.size()) + 1; }

  /// Runs task(index, worker) for index 0 .. count - 1, each once, handed out in order; returns when all have ended.
  /// When some throw, the others still run, and the exception of the lowest index is rethrown.
  void run(std::int64_t count, const std::function<void(std::int64_t index, int worker)>& task);

 private:
  void end();
  void work(int worker);
  void take_tasks(int worker);

  std::vector<std::jthread> workers_;
  std::mutex mutex_;
  std::condition_variable wake_;
  std::condition_variable finished_;
  const std::function<void(std::int64_t, int)>* task_ = nullptr;
  std::int64_t count_ = 0;
  std::int64_t next_ = 0;
  std::uint64_t round_ = 0;
  int busy_ = 0;
  bool ending_ = false;
  std::exception_ptr failure_;
  std::int64_t failed_index_ = 0;
};

}  // namespace agsweep
