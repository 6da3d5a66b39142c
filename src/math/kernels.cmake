# src/math/isa/*.c, once for each instruction set. AVX2 and AVX-512 bring the fused multiply-add that the portable
# build gets, with the same bits, from libm.
function(kernels_for target isa)
  add_library(${target}_${isa} OBJECT ${PROJECT_SOURCE_DIR}/src/math/isa/kernels.c
    ${PROJECT_SOURCE_DIR}/src/math/isa/matrices.c)
  target_include_directories(${target}_${isa} PRIVATE ${PROJECT_SOURCE_DIR}/src)
  target_compile_definitions(${target}_${isa} PRIVATE KERNELS_ISA=${isa})
  target_compile_options(${target}_${isa} PRIVATE ${ARGN} $<$<BOOL:${CVAE_COVERAGE}>:-fno-profile-arcs>
    $<$<BOOL:${CVAE_COVERAGE}>:-fno-test-coverage> $<$<NOT:$<BOOL:${CVAE_SANITIZE_KERNELS}>>:-fno-sanitize=all>)
  target_sources(${target} PRIVATE $<TARGET_OBJECTS:${target}_${isa}>)
endfunction()

kernels_for(math portable)
kernels_for(math avx2 -mavx2 -mfma)
kernels_for(math avx512 -mavx512f -mavx512dq -mavx512vl -mavx512bw -mfma -mprefer-vector-width=512)
kernels_for(math avx512bf16 -mavx512bf16 -mavx512f -mavx512dq -mavx512vl -mavx512bw -mfma -mprefer-vector-width=512)
# The same source as the portable build, which the sanitizers watch: the gradient checks need not wait for them here.
kernels_for(math_double portable -DCVAE_DOUBLE -fno-sanitize=all)
