#pragma once

#include <string>

#include "base/error.hpp"

namespace agsweep::testing_support {

/// The message of the Failure that `act` throws; "no error" when it throws none. Other exceptions pass.
template <typename Failure = DataError, typename Act>
std::string error_of(const Act& act) {
  try {
    act();
  } catch (const Failure& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace agsweep::testing_support
