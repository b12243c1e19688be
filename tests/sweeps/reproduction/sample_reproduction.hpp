#pragma once

#include "sweeps/reproduction/claims.hpp"

namespace agsweep::testing_support {

/// What a made-up training says; fractions.
struct SampleRun {
  double test_f1 = 0.92;      // and accuracy
  double best_val = 0.92;     // F1 and accuracy
  double final_train = 0.99;  // accuracy
  double final_val = 0.90;    // F1 and accuracy
  double train_seconds = 360;
};

/// An arm with such trainings, one a seed from 42, each with the same 400 test rows, of which it has test_f1 right.
TestedModel sample_arm(const std::string& name, const std::string& model, const std::vector<SampleRun>& runs);

/// As published, but for the last digits that differ from seed to seed.
Reproduced sample_reproduction(std::size_t seeds);

}  // namespace agsweep::testing_support
