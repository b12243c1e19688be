#include "workers/thread_pool.hpp"

#include "base/error.hpp"
#include "base/thread.hpp"

namespace agsweep {

ThreadPool::ThreadPool(int threads, const std::function<void()>& on_start) {
  if (on_start) on_start();
  try {
    for (int worker = 1; worker < threads; ++worker) {
      workers_.push_back(start_thread(fmt::format("training (number {} of {})", worker + 1, threads), [this, worker, on_start] {
        if (on_start) on_start();
        work(worker);
      }));
    }
  } catch (const RunTimeError&) {
    end();
    throw;
  }
}

ThreadPool::~ThreadPool() { end(); }

void ThreadPool::end() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  wake_.notify_all();
  for (std::jthread& worker : workers_) worker.join();
}

void ThreadPool::run(std::int64_t count, const std::function<void(std::int64_t, int)>& task) {
  {
    const std::lock_guard lock(mutex_);
    task_ = &task;
    count_ = count;
    next_ = 0;
    failure_ = nullptr;
    ++round_;
    busy_ = threads();
  }
  wake_.notify_all();
  take_tasks(0);
  std::unique_lock lock(mutex_);
  finished_.wait(lock, [this] { return busy_ == 0; });
  if (failure_) std::rethrow_exception(failure_);
}

void ThreadPool::work(int worker) {
  std::uint64_t seen = 0;
  for (;;) {
    {
      std::unique_lock lock(mutex_);
      wake_.wait(lock, [&] { return ending_ || round_ != seen; });
      if (ending_) return;
      seen = round_;
    }
    take_tasks(worker);
  }
}

void ThreadPool::take_tasks(int worker) {
  std::unique_lock lock(mutex_);
  while (next_ < count_) {
    const std::int64_t index = next_++;
    lock.unlock();
    std::exception_ptr failure;
    try {
      (*task_)(index, worker);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    if (failure && (!failure_ || index < failed_index_)) {
      failure_ = failure;
      failed_index_ = index;
    }
  }
  if (--busy_ == 0) finished_.notify_one();
}

}  // namespace agsweep
