#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "sweeps/comparison/tested_model.hpp"
#include "sweeps/reproduction/experiment.hpp"

namespace agsweep {

/// What of a repetition is not the real experiment, in words for a table's foot. Empty where nothing is.
struct Deviations {
  std::vector<std::string> shown;     // all of it
  std::vector<std::string> decisive;  // what forbids any verdict: a made-up corpus, another GPT-2, a shortened schedule
};

/// The trainings of a reproduction, by arm.
using ArmResults = std::map<std::string, TestedModel, std::less<>>;

/// A repetition whose trainings have ended.
struct Reproduced {
  Reproduction plan;
  std::array<std::int64_t, 3> rows;  // of the corpus: train, val, test
  ArmResults arms;                   // has each of the plan's models
};

/// Whether a gpt2-lora arm's GPT-2 is of another size than GPT-2 small.
bool has_other_base(const TestedModel& arm);

/// How far its trainings are from the published ones.
Deviations deviations_of(const Reproduced& reproduced);

}  // namespace agsweep
