#include <algorithm>  // std::copy

#include "workers/reduce/add.hpp"
#include "workers/reduce/reduce.hpp"

namespace agsweep {

StepStatus all_reduce_sum(Communicator& comm, std::span<Gradient> own, std::int64_t embedding_rows, StepStatus status, ThreadPool& pool) {
  add_tree(own, pool);
  Gradient& total = own[0];

  std::int64_t word = static_cast<std::int64_t>(status);
  comm.all_reduce_max(std::span(&word, 1));
  comm.all_reduce_sum(std::span(&total.loss, 1));
  comm.all_reduce_sum(std::span(total.confusion));
  comm.all_reduce_sum(std::span(total.dense));

  // The union of the touched rows first, so that only those travel.
  std::vector<std::int64_t> touched(static_cast<std::size_t>(embedding_rows));
  for (const std::int32_t row : total.embedding.rows) touched[static_cast<std::size_t>(row)] = 1;
  comm.all_reduce_max(std::span(touched));
  RowSparse united;
  united.clear(total.embedding.width);
  std::size_t mine = 0;
  for (std::int64_t row = 0; row < embedding_rows; ++row) {
    if (touched[static_cast<std::size_t>(row)] == 0) continue;
    united.append_zero_row(static_cast<std::int32_t>(row));
    if (mine < total.embedding.rows.size() && total.embedding.rows[mine] == row) {
      const auto values = total.embedding.row(mine++);
      std::copy(values.begin(), values.end(), united.last_row());
    }
  }
  comm.all_reduce_sum(std::span(united.values));
  total.embedding = std::move(united);
  return static_cast<StepStatus>(word);
}

}  // namespace agsweep
