#include "workers/train/checkpointing.hpp"

#include <cstring>  // std::memcpy

#include "base/error.hpp"
#include "workers/device/broadcast_tensor.hpp"

namespace agsweep {

namespace {

/// A flat buffer's tensors by name: parameters.head.weight, first_moment.head.weight ...
/// @param flat  on the host
void append(std::vector<TensorBytes>& tensors, const std::string& buffer, const ParameterLayout& layout, const at::Tensor& flat) {
  for (TensorBytes& tensor : layout.tensors(flat)) {
    tensor.name = buffer + "." + tensor.name;
    tensors.push_back(std::move(tensor));
  }
}

/// Right after the best epoch its weights are the current ones.
bool best_is_current(const ProgressState& state) { return state.best && state.best->epoch == state.epoch - 1 && state.epoch_batch == 0; }

void restore(const SafetensorsFile& file, const std::string& buffer, Workers& workers, const ParameterLayout& layout, at::Tensor& to) {
  at::Tensor flat = workers.on_host(to);
  for (const ParameterSpec& spec : layout.specs()) {
    const TensorBytes* stored = file.find(buffer + "." + spec.name);
    if (stored == nullptr || stored->dtype != "F32" || stored->shape != spec.shape) {
      throw DataError("the checkpoint's {}.{} does not fit this model: it is of another configuration", buffer, spec.name);
    }
    std::memcpy(layout.floats(flat, spec).data(), stored->bytes.data(), stored->bytes.size());
  }
  if (!to.is_cpu()) to.copy_(flat);
}

ProgressState state_in(const LoadedCheckpoint& checkpoint) {
  try {
    return progress_state_from(checkpoint.state);
  } catch (const nlohmann::json::exception& error) {
    throw DataError("the checkpoint of step {}: {}", checkpoint.step, error.what());
  }
}

}  // namespace

void save_checkpoint(Communicator& comm, CheckpointStore& store, Trainer& trainer, const at::Tensor& best, const ProgressState& state) {
  comm.at("the checkpoint of step", state.step);
  on_rank_zero(comm, [&] {
    const ParameterLayout& layout = trainer.settled_parameters().layout();
    std::vector<at::Tensor> buffers;  // on the host, until they are written
    std::vector<TensorBytes> tensors;
    const auto add = [&](const std::string& buffer, const at::Tensor& flat) {
      append(tensors, buffer, layout, buffers.emplace_back(trainer.workers().on_host(flat)));
    };
    add("parameters", trainer.settled_parameters().flat());
    if (!state.trained) {
      add("first_moment", trainer.settled_first_moment());
      add("second_moment", trainer.settled_second_moment());
    }
    if (state.best && !best_is_current(state)) add("best", best);
    store.save(state.step, tensors, to_json(state));
  });
  comm.checkpointed(state.step);
}

bool load_checkpoint(Communicator& comm, CheckpointStore& store, Trainer& trainer, at::Tensor& best, ProgressState& state,
                     const std::function<void(const std::string&)>& warn) {
  comm.at("the checkpoint's restoration", -1);
  std::string text;
  on_rank_zero(comm, [&] {
    const std::optional<LoadedCheckpoint> checkpoint = store.load_newest(warn);
    if (!checkpoint) return;
    const ProgressState stored = state_in(*checkpoint);
    const ParameterLayout& layout = trainer.settled_parameters().layout();
    restore(checkpoint->file, "parameters", trainer.workers(), layout, trainer.settled_parameters().flat());
    if (!stored.trained) {
      restore(checkpoint->file, "first_moment", trainer.workers(), layout, trainer.settled_first_moment());
      restore(checkpoint->file, "second_moment", trainer.workers(), layout, trainer.settled_second_moment());
    }
    if (stored.best) restore(checkpoint->file, best_is_current(stored) ? "parameters" : "best", trainer.workers(), layout, best);
    text = checkpoint->state.dump();
  });
  broadcast_text(comm, text);
  if (text.empty()) return false;
  state = progress_state_from(nlohmann::json::parse(text));
  broadcast_tensor(comm, trainer.workers(), trainer.settled_parameters().flat());
  broadcast_tensor(comm, trainer.workers(), trainer.settled_first_moment());
  broadcast_tensor(comm, trainer.workers(), trainer.settled_second_moment());
  if (state.best) broadcast_tensor(comm, trainer.workers(), best);
  trainer.settled_parameters().refresh_compute();
  trainer.set_steps_done(state.step);
  comm.checkpointed(state.step);
  return true;
}

}  // namespace agsweep
