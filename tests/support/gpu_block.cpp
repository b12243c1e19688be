#include "tests/support/gpu_block.hpp"

#include <ucontext.h>

#include <algorithm>  // std::shuffle, std::all_of
#include <csetjmp>
#include <cstring>    // std::memcpy, std::memset
#include <exception>  // std::exception_ptr
#include <memory>
#include <numeric>  // std::iota
#include <random>
#include <string>
#include <utility>  // std::exchange
#include <vector>

#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/common_interface_defs.h>
#endif

namespace agsweep::gpu_emulator {

namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr std::size_t stack_bytes = 256 * 1024;
constexpr std::size_t guard_bytes = 0;  // the sanitizer watches both ends of every allocation
#else
constexpr std::size_t stack_bytes = 64 * 1024;
constexpr std::size_t guard_bytes = 64;
#endif
constexpr int poison = 0xFF;  // NaN as a float, -1 as an integer
constexpr int guard = 0xA5;
constexpr std::size_t shared_alignment = 128;

/// A stack to run on, and the place where it was left. Jumps, as swapcontext() would save the signal mask by two system calls each time.
class Context {
 public:
  /// The stack of the thread that runs.
  Context() = default;
  /// Another stack, where `entry` begins when it is first switched to.
  Context(std::byte* stack_, std::size_t size, void (*entry)()) : stack(stack_), stack_size(size), begins_(true) {
    getcontext(&beginning_);
    beginning_.uc_stack.ss_sp = stack_;
    beginning_.uc_stack.ss_size = size;
    makecontext(&beginning_, entry, 0);
  }

  const void* stack = nullptr;
  std::size_t stack_size = 0;

  /// Leaves this context for another, until something switches back.
  void switch_to(Context& other) {
#ifdef __SANITIZE_ADDRESS__
    void* fake_stack = nullptr;
    __sanitizer_start_switch_fiber(&fake_stack, other.stack, other.stack_size);
#endif
    if (_setjmp(left_at_) == 0) other.go_on();
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_finish_switch_fiber(fake_stack, nullptr, nullptr);
#endif
  }

 private:
  void go_on() {
    if (std::exchange(begins_, false)) setcontext(&beginning_);
    _longjmp(left_at_, 1);
  }

  ucontext_t beginning_{};
  jmp_buf left_at_{};
  bool begins_ = false;
};

enum class State { runs, waits_in_warp, waits_in_block, ended };

/// A GPU thread.
struct Lane {
  explicit Lane(void (*entry)()) : context(stack.get(), stack_bytes, entry) {}

  std::unique_ptr<std::byte[]> stack = std::make_unique_for_overwrite<std::byte[]>(stack_bytes);
  Context context;
  State state = State::ended;
  WarpOperation operation{};
  unsigned mask = 0;
  Where where;
  WarpValue brought{};
};

/// A __shared__ variable or the dynamic shared memory of the running block.
struct SharedMemory {
  const void* site;
  std::size_t bytes;
  std::byte* data;

  SharedMemory(const void* of, std::size_t size)
      : site(of), bytes(size), data(static_cast<std::byte*>(::operator new (size + guard_bytes, std::align_val_t{shared_alignment}))) {
    fill();
  }
  SharedMemory(SharedMemory&& other) noexcept : site(other.site), bytes(other.bytes), data(std::exchange(other.data, nullptr)) {}
  SharedMemory& operator=(SharedMemory&&) = delete;
  ~SharedMemory() { ::operator delete (data, std::align_val_t{shared_alignment}); }

  void fill() const {
    std::memset(data, poison, bytes);
    std::memset(data + bytes, guard, guard_bytes);
  }
  bool guarded() const {
    return std::all_of(data + bytes, data + bytes + guard_bytes, [](std::byte b) { return b == std::byte{guard}; });
  }
};

std::string place(const Where& where) { return std::string(where.file) + ":" + std::to_string(where.line); }

class Device;
Device& this_device();

/// One host thread's emulated GPU.
class Device {
 public:
  void seed(std::uint64_t value) { random_.seed(value); }

  void run(dim3 grid, unsigned threads, std::size_t shared_bytes, const std::function<void()>& kernel) {
    if (kernel_ != nullptr) throw KernelFault("a kernel launches a kernel");
    if (threads == 0 || threads > most_threads) throw KernelFault("a block of " + std::to_string(threads) + " threads");
    prepare(threads);
    shared_.clear();
    shared_bytes_ = 0;
    kernel_ = &kernel;
    failure_ = nullptr;
    try {
      dynamic_ = shared_bytes == 0 ? nullptr : shared(this, shared_bytes);
      std::vector<unsigned> order(std::size_t{grid.x} * grid.y * grid.z);
      std::iota(order.begin(), order.end(), 0U);
      std::shuffle(order.begin(), order.end(), random_);
      gridDim = grid;
      blockDim = {threads, 1, 1};
      for (const unsigned block : order) {
        blockIdx = {block % grid.x, block / grid.x % grid.y, block / grid.x / grid.y};
        run_block();
      }
    } catch (...) {
      kernel_ = nullptr;
      lanes_.clear();  // their stacks were left in the middle of the kernel
      throw;
    }
    kernel_ = nullptr;
  }

  const Delivery& meet_warp(WarpOperation operation, unsigned mask, const void* value, std::size_t bytes, Where where) {
    Lane& lane = *lanes_[current_];
    if ((mask >> (current_ % warp_size) & 1) == 0) throw KernelFault(name(current_) + " is not in its own mask at " + place(where));
    lane.operation = operation;
    lane.mask = mask;
    lane.where = where;
    if (bytes > 0) std::memcpy(lane.brought.data(), value, bytes);
    wait(State::waits_in_warp);
    return warps_[current_ / warp_size];
  }

  void meet_block(Where where) {
    lanes_[current_]->where = where;
    wait(State::waits_in_block);
  }

  void* shared(const void* site, std::size_t bytes) {
    for (const SharedMemory& known : shared_) {
      if (known.site == site) return known.data;
    }
    shared_bytes_ += bytes;
    if (shared_bytes_ > most_shared_bytes) throw KernelFault("a block takes " + std::to_string(shared_bytes_) + " bytes of shared memory");
    return shared_.emplace_back(site, bytes).data;
  }

  void* dynamic_shared() const {
    if (dynamic_ == nullptr) throw KernelFault("the launch gives no dynamic shared memory");
    return dynamic_;
  }

  /// A lane's life: the kernel, block after block.
  void live() {
#ifdef __SANITIZE_ADDRESS__
    __sanitizer_finish_switch_fiber(nullptr, &scheduler_.stack, &scheduler_.stack_size);
#endif
    for (;;) {
      try {
        (*kernel_)();
      } catch (...) {
        failure_ = std::current_exception();
      }
      wait(State::ended);
    }
  }

 private:
  void prepare(unsigned threads) {
    while (lanes_.size() < threads) lanes_.push_back(std::make_unique<Lane>([] { this_device().live(); }));
    threads_ = threads;
    warps_.resize((threads + warp_size - 1) / warp_size);
  }

  void run_block() {
    for (const SharedMemory& memory : shared_) memory.fill();
    for (unsigned thread = 0; thread < threads_; ++thread) lanes_[thread]->state = State::runs;
    do {
      run_to_barrier();
    } while (release_block());
    for (const SharedMemory& memory : shared_) {
      if (!memory.guarded()) throw KernelFault("a block writes beyond its shared memory of " + std::to_string(memory.bytes) + " bytes");
    }
  }

  /// Until each thread has ended or waits for the block.
  void run_to_barrier() {
    std::vector<unsigned> active(warps_.size());
    std::iota(active.begin(), active.end(), 0U);
    while (!active.empty()) {
      const std::size_t chosen = random_() % active.size();
      if (run_warp(active[chosen])) continue;
      active[chosen] = active.back();
      active.pop_back();
    }
  }

  /// Each lane that can, in random order, until it waits again; then ends the waits that are over.
  /// @return whether a lane can go on
  bool run_warp(unsigned warp) {
    const unsigned first = warp * warp_size;
    const unsigned count = std::min(warp_size, threads_ - first);
    std::array<unsigned, warp_size> order{};
    std::iota(order.begin(), order.end(), first);
    std::shuffle(order.begin(), order.begin() + count, random_);
    for (unsigned i = 0; i < count; ++i) {
      if (lanes_[order[i]]->state == State::runs) resume(order[i]);
    }
    bool goes_on = false;
    unsigned waiting = 0;
    for (unsigned i = 0; i < count; ++i) {
      if (lanes_[first + i]->state == State::waits_in_warp && !release_lanes(warp, first + i, count)) waiting = first + i + 1;
      goes_on = goes_on || lanes_[first + i]->state == State::runs;
    }
    if (!goes_on && waiting > 0) throw_divergent(waiting - 1, first, count);
    return goes_on;
  }

  /// Lets the lanes that wait with this one go on, if all of its mask are there.
  bool release_lanes(unsigned warp, unsigned thread, unsigned count) {
    const Lane& one = *lanes_[thread];
    const unsigned first = warp * warp_size;
    const unsigned mask = one.mask;
    const WarpOperation operation = one.operation;
    for (unsigned i = 0; i < count; ++i) {
      const Lane& lane = *lanes_[first + i];
      if ((mask >> i & 1) == 0 || lane.state == State::ended) continue;
      if (lane.state != State::waits_in_warp || lane.mask != mask || lane.operation != operation) return false;
    }
    warps_[warp].number = ++deliveries_;
    for (unsigned i = 0; i < warp_size; ++i) {
      if ((mask >> i & 1) == 0) continue;
      WarpValue& delivered = warps_[warp].of_lane[i];
      if (i < count && lanes_[first + i]->state == State::waits_in_warp) {
        delivered = lanes_[first + i]->brought;
        lanes_[first + i]->state = State::runs;
      } else {
        delivered.fill(std::byte{poison});
      }
    }
    return true;
  }

  /// @return whether threads go on; none do where all have ended
  bool release_block() {
    const auto waits = [&](unsigned thread) { return lanes_[thread]->state == State::waits_in_block; };
    unsigned waiting = 0;
    for (unsigned thread = 0; thread < threads_; ++thread) waiting += waits(thread) ? 1 : 0;
    if (waiting == 0) return false;
    const unsigned one = waits(0) ? 0 : threads_ - 1;
    for (unsigned thread = 0; thread < threads_; ++thread) {
      const Lane& lane = *lanes_[thread];
      if (!waits(thread) || (waits(one) && lane.where.line != lanes_[one]->where.line)) throw_divergent(thread, 0, threads_);
    }
    for (unsigned thread = 0; thread < threads_; ++thread) lanes_[thread]->state = State::runs;
    return true;
  }

  void resume(unsigned thread) {
    current_ = thread;
    threadIdx = {thread, 0, 0};
    scheduler_.switch_to(lanes_[thread]->context);
    if (failure_ != nullptr) std::rethrow_exception(failure_);
  }

  void wait(State state) {
    Lane& lane = *lanes_[current_];
    lane.state = state;
    lane.context.switch_to(scheduler_);
  }

  std::string name(unsigned thread) const { return "block " + std::to_string(blockIdx.x) + "'s thread " + std::to_string(thread); }

  std::string doing(unsigned thread) const {
    const Lane& lane = *lanes_[thread];
    if (lane.state == State::ended) return name(thread) + " has ended";
    return name(thread) + " waits for its " + (lane.state == State::waits_in_block ? "block" : "warp") + " at " + place(lane.where);
  }

  [[noreturn]] void throw_divergent(unsigned thread, unsigned first, unsigned count) const {
    const Lane& lane = *lanes_[thread];
    for (unsigned other = first; other < first + count; ++other) {
      const Lane& differs = *lanes_[other];
      if (differs.state != lane.state || differs.where.line != lane.where.line || differs.mask != lane.mask) {
        throw KernelFault(doing(thread) + ", " + doing(other));
      }
    }
    throw KernelFault(doing(thread) + " for ever");
  }

  std::mt19937_64 random_{1};
  std::vector<std::unique_ptr<Lane>> lanes_;  // they stay where they are: a saved context points into itself
  std::vector<Delivery> warps_;               // what each warp's lanes brought last
  std::uint64_t deliveries_ = 0;
  std::vector<SharedMemory> shared_;
  std::size_t shared_bytes_ = 0;
  void* dynamic_ = nullptr;
  unsigned threads_ = 0;
  unsigned current_ = 0;
  const std::function<void()>* kernel_ = nullptr;
  std::exception_ptr failure_;
  Context scheduler_;
};

Device& this_device() {
  thread_local Device device;
  return device;
}

}  // namespace

void run(dim3 grid, unsigned threads, std::size_t shared_bytes, const std::function<void()>& kernel) {
  this_device().run(grid, threads, shared_bytes, kernel);
}
void seed(std::uint64_t value) { this_device().seed(value); }

int count_orders(int orders, const std::function<bool()>& test) {
  int held = 0;
  for (int order = 0; order < orders; ++order) {
    seed(static_cast<std::uint64_t>(order));
    held += test() ? 1 : 0;
  }
  return held;
}

const Delivery& meet_warp(WarpOperation operation, unsigned mask, const void* value, std::size_t bytes, Where where) {
  return this_device().meet_warp(operation, mask, value, bytes, where);
}
void meet_block(Where where) { this_device().meet_block(where); }
void* shared_variable(const void* site, std::size_t bytes) { return this_device().shared(site, bytes); }
void* dynamic_shared() { return this_device().dynamic_shared(); }

void require_aligned(const void* address, std::size_t bytes) {
  if (reinterpret_cast<std::uintptr_t>(address) % bytes != 0)
    throw KernelFault("an access of " + std::to_string(bytes) + " bytes is not aligned");
}

}  // namespace agsweep::gpu_emulator
