#include "workers/train/step_results.hpp"

#include <cstring>  // std::memcpy

#include "workers/device/tensor_at.hpp"  // aligned

namespace agsweep {

namespace {

constexpr std::size_t loss_begin = aligned(sizeof(ClipResult));
constexpr std::size_t confusion_begin = loss_begin + aligned(sizeof(double));

}  // namespace

static_assert(StepResults::mark_of(StepResults::slots) <= DeviceStream::wait_slot);

StepResults::StepResults(DeviceStream& stream, std::int64_t classes)
    : stream_(stream),
      classes_(classes),
      memory_(at::zeros({static_cast<std::int64_t>(confusion_begin) + classes * classes * static_cast<std::int64_t>(sizeof(std::int64_t))},
                        at::TensorOptions(at::kByte).device(stream.device()))) {
  for (int slot = 0; slot < slots; ++slot) host_memory_.push_back(stream.host_memory(bytes()));
}

at::Tensor StepResults::loss() const {
  return tensor_at(static_cast<std::byte*>(memory_.data_ptr()) + loss_begin, {1}, at::kDouble, stream_.device());
}

at::Tensor StepResults::confusion() const {
  return tensor_at(static_cast<std::byte*>(memory_.data_ptr()) + confusion_begin, {classes_, classes_}, at::kLong, stream_.device());
}

int StepResults::fetch() {
  const int slot = next_;
  next_ = (next_ + 1) % slots;
  stream_.copy_out(host_memory_[static_cast<std::size_t>(slot)].data(), memory_.data_ptr(), bytes());
  stream_.mark(mark_of(slot));
  return slot;
}

void StepResults::read(int slot, StepOutcome& outcome) const {
  const std::byte* const memory = host_memory_[static_cast<std::size_t>(slot)].data();
  ClipResult clip{};
  std::memcpy(&clip, memory, sizeof clip);
  outcome.grad_norm = clip.norm;
  std::memcpy(&outcome.loss, memory + loss_begin, sizeof outcome.loss);
  outcome.confusion.resize(static_cast<std::size_t>(classes_ * classes_));
  std::memcpy(outcome.confusion.data(), memory + confusion_begin, outcome.confusion.size() * sizeof(std::int64_t));
}

}  // namespace agsweep
