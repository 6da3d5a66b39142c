# A CMake toolchain file: builds the program, as it is, for SimGrid's SMPI, where ranks are threads of a simulator.
#   cmake -S . -B build-smpi --toolchain launch/smpi.cmake -DCVAE_TESTS=OFF
set(CMAKE_C_COMPILER smpicc)
set(CMAKE_C_FLAGS_INIT "-include \"${CMAKE_CURRENT_LIST_DIR}/smpi.h\"")
# What CMake builds to try the compiler are programs; all that smpicc links later are libraries for the simulator to load.
set(ENV{SMPI_PRETEND_CC} 1)
# Ranks are threads of one process, each with variables of its own: none is to be in a module.
set(CVAE_MPI_LINKED ON CACHE BOOL "")
