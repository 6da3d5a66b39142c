// The same comparison with the double build, which has to agree to the stored file's last digits.
#include "test_cvae_golden.c"
