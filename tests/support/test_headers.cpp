// Owns the headers that tests/CMakeLists.txt has precompiled.
int main() {}
