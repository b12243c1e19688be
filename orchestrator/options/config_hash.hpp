#pragma once

#include <string>

#include "workers/train/config.hpp"

namespace agsweep {

/// What a run was trained on, by content.
struct InputHashes {
  std::string data;       // SHA-256 of data.h5
  std::string weights;    // of --weights' tensors; empty without
  std::string geometry;   // of --weights' config.json, as gpt2_config_json() writes it; empty without
  std::string init;       // of the --init file; empty without one
  std::string tokenizer;  // of encoder.json then vocab.bpe
};

/// SHA-256 of each resolved option that can change the result, and of the inputs; not of seed, paths, ranks, threads, device and logging.
/// Two runs with one hash are seeds of one configuration.
std::string config_hash(const TrainConfig& config, const InputHashes& inputs);

}  // namespace agsweep
