#include "CKernels.h"
int64_t assay_convolution_scratch(const assay_convolution *p) { (void)p; return 0; }
void assay_convolve(const assay_convolution *c, const float *i, const float *f, const float *b, float *o, float *s) {(void)c;(void)i;(void)f;(void)b;(void)o;(void)s;}
void assay_convolve_image_gradient(const assay_convolution *c, const float *i, const float *f, float *o, float *s) {(void)c;(void)i;(void)f;(void)o;(void)s;}
void assay_convolve_filter_gradient(const assay_convolution *c, const float *i, const float *f, float *o, float *s) {(void)c;(void)i;(void)f;(void)o;(void)s;}
