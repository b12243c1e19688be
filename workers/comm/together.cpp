#include <algorithm>  // std::min
#include <array>
#include <cstring>  // std::memcpy
#include <exception>
#include <optional>
#include <string>

#include "base/error.hpp"
#include "base/file_error.hpp"
#include "workers/comm/communicator.hpp"

namespace agsweep {

namespace {

/// What kind of exception it was, so that every rank throws the same type: a TrialFailure must stay one.
enum class Kind : int { other, usage, data, run_time, disk_full, rank, trial, interrupted };

struct Failure {
  Kind kind = Kind::other;
  ExitCode code = ExitCode::run_time_failure;
  std::string message;
};

Failure describe(const std::exception_ptr& thrown) {
  try {
    std::rethrow_exception(thrown);
  } catch (const UsageError& error) {
    return {Kind::usage, error.code(), error.what()};
  } catch (const DataError& error) {
    return {Kind::data, error.code(), error.what()};
  } catch (const DiskFull& error) {
    return {Kind::disk_full, error.code(), error.what()};
  } catch (const RunTimeError& error) {
    return {Kind::run_time, error.code(), error.what()};
  } catch (const RankFailure& error) {
    return {Kind::rank, error.code(), error.what()};
  } catch (const TrialFailure& error) {
    return {Kind::trial, error.code(), error.what()};
  } catch (const Interrupted& error) {
    return {Kind::interrupted, error.code(), error.what()};
  } catch (const Error& error) {
    return {Kind::other, error.code(), error.what()};
  } catch (const std::filesystem::filesystem_error& error) {
    const FilesystemFailure failure = described(error);
    return {failure.code == ExitCode::bad_data ? Kind::data : Kind::run_time, failure.code, failure.message};
  } catch (const std::exception& error) {
    return {Kind::other, ExitCode::run_time_failure, error.what()};
  } catch (...) {
    return {Kind::other, ExitCode::run_time_failure, "an exception of an unknown type"};
  }
}

template <typename E>
[[noreturn]] void raise_as(const Failure& failure) {
  E error("{}", failure.message);
  error.known_to_all = true;
  throw error;
}

[[noreturn]] void raise(const Failure& failure) {
  switch (failure.kind) {
    case Kind::usage:
      raise_as<UsageError>(failure);
    case Kind::data:
      raise_as<DataError>(failure);
    case Kind::rank:
      raise_as<RankFailure>(failure);
    case Kind::trial:
      raise_as<TrialFailure>(failure);
    case Kind::disk_full:
      raise_as<DiskFull>(failure);
    case Kind::run_time:
      raise_as<RunTimeError>(failure);
    case Kind::interrupted:
      throw Interrupted();
    case Kind::other:
      break;
  }
  Error error(failure.code, failure.message);
  error.known_to_all = true;
  throw error;
}

/// As it travels between ranks.
struct Letter {
  Kind kind;
  ExitCode code;
  std::array<char, 2048> message;  // cut, with a null at its end
};

/// @param mine  what this rank's work threw; nothing when it went well
void agree(Communicator& comm, const std::optional<Failure>& mine, bool name_the_rank) {
  // The lowest failed rank gives the largest number, 0 means that all went well; and whether any rank did well.
  std::array<std::int64_t, 2> status = {mine ? comm.size() - comm.rank() : 0, mine ? 0 : 1};
  comm.all_reduce_max(status);
  if (status[0] == 0) return;

  const int origin = static_cast<int>(comm.size() - status[0]);
  Letter letter{};
  if (comm.rank() == origin) {
    letter.kind = mine->kind;
    letter.code = mine->code;
    std::memcpy(letter.message.data(), mine->message.data(), std::min(mine->message.size(), letter.message.size() - 1));
  }
  comm.broadcast(origin, std::as_writable_bytes(std::span(&letter, 1)));
  std::string message = letter.message.data();
  // What all ranks met is no one rank's, nor is a failure that an inner `together` has named.
  const bool some_did_well = status[1] != 0;
  if (name_the_rank && some_did_well) message = fmt::format("rank {}: {}", origin, message);
  raise({letter.kind, letter.code, message});
}

void run(Communicator& comm, const std::function<void()>& work, bool works, bool name_the_rank) {
  if (comm.size() == 1) return work();
  std::optional<Failure> mine;
  if (works) {
    try {
      work();
    } catch (...) {
      mine = describe(std::current_exception());
    }
  }
  agree(comm, mine, name_the_rank);
}

}  // namespace

void together(Communicator& comm, const std::function<void()>& work) { run(comm, work, true, true); }

void on_rank_zero(Communicator& comm, const std::function<void()>& work) { run(comm, work, comm.rank() == 0, false); }

void broadcast_text(Communicator& comm, std::string& text) {
  std::uint64_t size = text.size();
  comm.broadcast(0, std::as_writable_bytes(std::span(&size, 1)));
  text.resize(size);
  if (size > 0) comm.broadcast(0, std::as_writable_bytes(std::span(text)));
}

}  // namespace agsweep
