#include <hdf5.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "data/corpus_file.hpp"
#include "data/hdf5.hpp"
#include "tests/support/error_of.hpp"
#include "tests/support/small_corpus.hpp"
#include "tests/support/temporary_folder.hpp"

namespace agsweep {
namespace {

using testing::EndsWith;
using testing::HasSubstr;

/// A whole HDF5 file that differs from a corpus in one thing.
class ForeignHdf5 : public testing::Test {
 protected:
  std::string error_after(const std::function<void(hid_t file)>& change) {
    write_corpus(path_, testing_support::small_corpus());
    {
      const QuietHdf5 quiet;
      Hdf5File file(H5Fopen(path_.c_str(), H5F_ACC_RDWR, H5P_DEFAULT));
      change(file.get());
      file.close();
    }
    return testing_support::error_of([&] { read_corpus(path_); });
  }

  static void replace_attribute(hid_t file, const char* name, hid_t type, const void* value) {
    hdf5(H5Adelete(file, name));
    const Hdf5Space space(H5Screate(H5S_SCALAR));
    hdf5(H5Awrite(Hdf5Attribute(H5Acreate2(file, name, type, space.get(), H5P_DEFAULT, H5P_DEFAULT)).get(), type, value));
  }

  static void replace_dataset(hid_t file, const char* name, hid_t type, const std::vector<hsize_t>& shape, bool checksum = true,
                              hsize_t chunk = 16) {
    hdf5(H5Ldelete(file, name, H5P_DEFAULT));
    const std::vector<hsize_t> growing(shape.size(), H5S_UNLIMITED);  // HDF5 allows a chunk larger than the dataset only there
    const Hdf5Space space(H5Screate_simple(static_cast<int>(shape.size()), shape.data(), growing.data()));
    const Hdf5Properties properties(H5Pcreate(H5P_DATASET_CREATE));
    const std::vector<hsize_t> chunks(shape.size(), chunk);
    hdf5(H5Pset_chunk(properties.get(), static_cast<int>(shape.size()), chunks.data()));
    if (checksum) hdf5(H5Pset_fletcher32(properties.get()));
    Hdf5Dataset(H5Dcreate2(file, name, type, space.get(), H5P_DEFAULT, properties.get(), H5P_DEFAULT));
  }

  testing_support::TemporaryFolder folder_;
  std::filesystem::path path_ = folder_ / "data.h5";
};

TEST_F(ForeignHdf5, IsTakenWhenNothingDiffers) {
  EXPECT_EQ(error_after([](hid_t) {}), "no error");
}

TEST_F(ForeignHdf5, IsRefusedWithoutTheCorpussParts) {
  { const Hdf5File empty(H5Fcreate(path_.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT)); }
  EXPECT_THAT(testing_support::error_of([&] { read_corpus(path_); }), HasSubstr("data.h5: format_version: "));
  for (const char* attribute : {"class_names", "tokenizer_sha256", "source_sha256", "max_length", "seed", "synthetic"}) {
    EXPECT_THAT(error_after([&](hid_t file) { hdf5(H5Adelete(file, attribute)); }), HasSubstr(std::string("data.h5: ") + attribute + ": "));
  }
  for (const char* dataset : {"train/tokens", "val/offsets", "test/labels", "train/source_row"}) {
    EXPECT_THAT(error_after([&](hid_t file) { hdf5(H5Ldelete(file, dataset, H5P_DEFAULT)); }),
                HasSubstr(std::string("data.h5: ") + dataset + ": "));
  }
}

TEST_F(ForeignHdf5, IsRefusedInAnotherFormatVersion) {
  const std::uint32_t version = 2;
  EXPECT_THAT(error_after([&](hid_t file) { replace_attribute(file, "format_version", H5T_NATIVE_UINT32, &version); }),
              HasSubstr("format_version: this is version 2, not 1"));
}

TEST_F(ForeignHdf5, IsRefusedWithAttributesOfOtherTypes) {
  const double number = 1;
  EXPECT_THAT(error_after([&](hid_t file) { replace_attribute(file, "seed", H5T_NATIVE_DOUBLE, &number); }),
              HasSubstr("seed: expected unsigned integers of 64 bits"));
  EXPECT_THAT(error_after([&](hid_t file) { replace_attribute(file, "tokenizer_sha256", H5T_NATIVE_DOUBLE, &number); }),
              HasSubstr("tokenizer_sha256: expected 1 to 256 strings of fixed length"));
  const Hdf5Type variable(H5Tcopy(H5T_C_S1));
  hdf5(H5Tset_size(variable.get(), H5T_VARIABLE));
  const char* text = "World";
  EXPECT_THAT(error_after([&](hid_t file) { replace_attribute(file, "class_names", variable.get(), static_cast<const void*>(&text)); }),
              HasSubstr("class_names: expected 1 to 256 strings of fixed length"));
}

TEST_F(ForeignHdf5, IsRefusedWithDatasetsOfOtherTypesShapesAndStorage) {
  EXPECT_THAT(error_after([](hid_t file) { replace_dataset(file, "train/tokens", H5T_STD_I64LE, {1197}); }),
              HasSubstr("train/tokens: expected unsigned integers of 16 bits"));
  EXPECT_THAT(error_after([](hid_t file) {
                replace_dataset(file, "train/tokens", H5T_STD_U16LE, {300, 128});
              }),
              HasSubstr("train/tokens: expected one dimension"));
  EXPECT_THAT(error_after([](hid_t file) { replace_dataset(file, "train/tokens", H5T_STD_U16LE, {1197}, false); }),
              HasSubstr("train/tokens: expected chunks with a Fletcher-32 checksum"));
  EXPECT_THAT(error_after([](hid_t file) {
                hdf5(H5Ldelete(file, "val/labels", H5P_DEFAULT));
                Hdf5Group(H5Gcreate2(file, "val/labels", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
              }),
              HasSubstr("data.h5: val/labels: "));
  EXPECT_THAT(error_after([](hid_t file) {
                hdf5(H5Ldelete(file, "val", H5P_DEFAULT));
                hdf5(H5Lcreate_external("/etc/passwd", "/", file, "val", H5P_DEFAULT, H5P_DEFAULT));
              }),
              HasSubstr("data.h5: val/tokens: "));
}

TEST_F(ForeignHdf5, IsRefusedBeforeMemoryIsTakenForASizeThatCannotBe) {
  EXPECT_THAT(error_after([](hid_t file) { replace_dataset(file, "train/tokens", H5T_STD_U16LE, {hsize_t{1} << 60}, true, 1 << 20); }),
              HasSubstr("train/tokens: 1152921504606846976 values do not fit in the file"));
  EXPECT_THAT(error_after([](hid_t file) { replace_dataset(file, "train/tokens", H5T_STD_U16LE, {1197}, true, 1 << 21); }),
              HasSubstr("train/tokens: expected chunks with a Fletcher-32 checksum"));
}

TEST_F(ForeignHdf5, IsRefusedWhenItsValuesDoNotFitTogether) {
  EXPECT_THAT(error_after([](hid_t file) {
                const std::vector<std::uint64_t> zeros(21);
                replace_dataset(file, "test/offsets", H5T_STD_U64LE, {21});
                const Hdf5Dataset dataset(H5Dopen2(file, "test/offsets", H5P_DEFAULT));
                hdf5(H5Dwrite(dataset.get(), H5T_NATIVE_UINT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, zeros.data()));
              }),
              EndsWith("data.h5: test/offsets: the last is 0, but there are 77 tokens; prepare it again"));
}

TEST_F(ForeignHdf5, IsRefusedWhereValuesWereNeverWritten) {  // they would read as zeros
  EXPECT_THAT(error_after([](hid_t file) { replace_dataset(file, "train/tokens", H5T_STD_U16LE, {1197}); }),
              EndsWith("data.h5: train/tokens: values are missing; prepare it again"));
}

TEST_F(ForeignHdf5, IsRefusedWhereItsValuesLieInAnotherFile) {
  const std::filesystem::path other = folder_ / "other.h5";
  write_corpus(other, testing_support::small_corpus());
  for (const char* const linked : {"train", "train/tokens"}) {
    EXPECT_THAT(error_after([&](hid_t file) {
                  hdf5(H5Ldelete(file, linked, H5P_DEFAULT));
                  hdf5(H5Lcreate_external(other.c_str(), linked, file, linked, H5P_DEFAULT, H5P_DEFAULT));
                }),
                HasSubstr("data.h5: train/tokens: "));
  }
}

TEST_F(ForeignHdf5, IsRefusedWithClassesThatAreNone) {
  const Hdf5Type text(H5Tcopy(H5T_C_S1));
  hdf5(H5Tset_size(text.get(), 5));
  const auto with_names = [&](const std::string& names, hsize_t count) {
    return error_after([&](hid_t file) {
      hdf5(H5Adelete(file, "class_names"));
      const Hdf5Space space(H5Screate_simple(1, &count, nullptr));
      const Hdf5Attribute attribute(H5Acreate2(file, "class_names", text.get(), space.get(), H5P_DEFAULT, H5P_DEFAULT));
      hdf5(H5Awrite(attribute.get(), text.get(), names.data()));
    });
  };
  EXPECT_EQ(with_names("WorldSportMoneyTech.", 4), "no error");
  EXPECT_THAT(with_names("World", 1), EndsWith("data.h5: class_names: one class; prepare it again"));
  EXPECT_THAT(with_names("WorldSportMoneySport", 4), HasSubstr("class_names: \"Sport\" is empty, no UTF-8 or there twice"));
  EXPECT_THAT(with_names("WorldSportMoney\xFF\xFF\xFF\xFF\xFF", 4), HasSubstr("no UTF-8"));
}

}  // namespace
}  // namespace agsweep
