#pragma once

#include <optional>
#include <string>

namespace agsweep {

/// Texts between any two ranks of a job, beside their collectives: what a coordinator and its groups tell each other. For one thread of a
/// rank; it never waits, so its user looks for messages between naps.
class ControlChannel {
 public:
  struct Letter {
    int from = 0;
    std::string text;
  };

  /// Gives messages under way a moment to arrive.
  virtual ~ControlChannel() = default;

  /// Messages from one rank arrive in the order sent. @param to  another rank
  /// @throws RunTimeError when MPI fails
  virtual void send(int to, std::string text) = 0;

  /// The next message that has come. @throws RunTimeError when MPI fails
  virtual std::optional<Letter> receive() = 0;
};

}  // namespace agsweep
