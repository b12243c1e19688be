#include "workers/train/trainer.hpp"

#include <cmath>  // std::isfinite

#include "base/error.hpp"
#include "workers/device/broadcast_tensor.hpp"
#include "workers/train/device_trainer.hpp"
#include "workers/train/host_trainer.hpp"
#include "workers/train/make_model.hpp"  // compute_type

namespace agsweep {

Trainer::Trainer(Communicator& comm, Workers& workers, const Model& model, const TrainConfig& config, std::int64_t total_steps)
    : comm_(comm),
      workers_(workers),
      model_(model),
      config_(config),
      one_cycle_(config.lr, config.warmup_steps, total_steps),
      parameters_(model.layout(), compute_type(config.precision), workers.device()),
      first_moment_(at::zeros_like(parameters_.flat())),
      second_moment_(at::zeros_like(parameters_.flat())) {}

void Trainer::broadcast_parameters() {
  broadcast_tensor(comm_, workers_, parameters_.flat());
  parameters_.refresh_compute();
}

AdamWStep Trainer::adamw_step(std::int64_t step) const {
  const OneCycle::Point schedule = one_cycle_.at(step);
  return {.step = step, .lr = schedule.lr, .beta1 = schedule.beta1, .weight_decay = config_.weight_decay};
}

void Trainer::leave_together(const std::exception_ptr& failure) {
  together(comm_, [&] {
    if (failure) std::rethrow_exception(failure);
  });
}

void Trainer::require_finite(std::int64_t step, double loss, double grad_norm) {
  if (!std::isfinite(loss)) throw TrialFailure("the loss {} at step {}", not_finite, step);
  if (!std::isfinite(grad_norm)) throw TrialFailure("the gradient's norm {} at step {}", not_finite, step);
}

std::unique_ptr<Trainer> make_trainer(Communicator& comm, Workers& workers, const Model& model, const TrainConfig& config,
                                      std::int64_t total_steps, DeviceCommunicator* group) {
  if (workers.stream() != nullptr) return std::make_unique<DeviceTrainer>(comm, workers, model, config, total_steps, group);
  return std::make_unique<HostTrainer>(comm, workers, model, config, total_steps);
}

std::int64_t tokens_in(const Split& split, std::span<const std::uint32_t> rows) {
  std::size_t tokens = 0;
  for (const std::uint32_t row : rows) tokens += split.row(row).size();
  return static_cast<std::int64_t>(tokens);
}

}  // namespace agsweep
