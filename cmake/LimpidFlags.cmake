# Warnings as errors, no contraction of a*b+c (bits are promised), sanitizers.
add_library(limpid_flags INTERFACE)
target_compile_options(limpid_flags INTERFACE
  $<$<COMPILE_LANGUAGE:CXX>:-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -ffp-contract=off>
  $<$<COMPILE_LANGUAGE:CUDA>:--fmad=false -Xcompiler=-Wall,-Wextra,-ffp-contract=off --Werror=all-warnings>)
if(LIMPID_SANITIZE)
  target_compile_options(limpid_flags INTERFACE
    $<$<COMPILE_LANGUAGE:CXX>:-fsanitize=${LIMPID_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all>)
  target_link_options(limpid_flags INTERFACE -fsanitize=${LIMPID_SANITIZE})
endif()
