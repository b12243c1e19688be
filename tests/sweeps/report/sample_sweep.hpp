#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace agsweep::testing_support {

/// What write_sample_sweep makes.
struct SampleSweep {
  std::string name = "rank-dropout-lr";
  std::string scheduler = "none";  // or "asha", "median"
  std::string sampler = "sobol";
  std::string metric = "val.f1_macro";
  std::int64_t trials = 24;  // configurations
  std::int64_t epochs = 9;
  std::vector<std::int64_t> seeds = {42};
  std::string data_sha256 = "5a17c0de5a17c0de5a17c0de5a17c0de";
  std::vector<std::string> class_names = {"World", "Sports", "Business", "Sci/Tech"};
  std::string error = "the loss is not finite at step 7";  // of failed trials
  bool all_fail = false;
  bool unfinished = false;  // the journal ends in the middle of the sweep, just as a trial has begun
  bool synthetic = false;
  double device_seconds = 40;       // an epoch's, on each of 2 ranks
  std::int64_t warmup_steps = 100;  // an epoch has 188
};

/// A sweep's folder as `agsweep sweep` leaves it, with made-up metrics: best near lr 1.2e-3, lora_rank 16, lora_dropout 0.1. Trials with
/// lr above 3.5e-3 fail after an epoch. The same sweep has the same bytes.
void write_sample_sweep(const std::filesystem::path& folder, const SampleSweep& sample);

}  // namespace agsweep::testing_support
