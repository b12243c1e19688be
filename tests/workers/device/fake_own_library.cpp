// In place of libagsweep_cuda.so: exports what the program looks for. Nobody calls what it gives.
extern "C" void* agsweep_device_platform() {
  static int platform = 0;
  return &platform;
}
