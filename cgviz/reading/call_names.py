# ruff: noqa: E501 - a row of the table is a line
"""The table of call names: what `np.max(X, 1)`, `x.sum(dim=0)`, `F.softmax(z, dim=-1)` and `K.mean(x)` mean.

A row gives the names of one operation in some libraries, and their parameters in the order of those libraries. A parameter
is written
    x        an operand                        *xs      any number of operands        [xs]   a list or tuple of operands
    axis=    known when the program is read    dim>axis=   spelled `dim` there, `axis` here     k=1    with a default
    axis==   known likewise, and never left out
    *shape=  all numbers that follow           dtype-   may be given, and changes nothing here
    out!     is refused                        x?       an operand that may be left out
What is not in the table is an op under its own name, whose arguments are all operands: `np.exp(x)`.
"""

from __future__ import annotations

from collections.abc import Mapping

# which library a module's name stands for; `""` is the language of programs itself
LIBRARIES: Mapping[str, str] = {
    name: library
    for library, names in {
        "numpy": "np numpy jnp jax.numpy anp autograd.numpy cp cupy onp np.linalg numpy.linalg jnp.linalg jax.numpy.linalg "
        "scipy.linalg linalg scipy.stats np.ma",
        "torch": "torch torch.linalg torch.special F nn torch.nn torch.nn.functional nn.functional th torch.fft",
        "jax": "jax.nn jax.lax lax jax jsp jax.scipy jax.scipy.linalg jss",
        "scipy": "scipy.special jax.scipy.special jsp.special special sp sps scipy sc ss",
        "math": "math cmath",
        "tensorflow": "tf tf.math tf.nn tf.linalg tf.keras.activations tensorflow K keras.backend tf.keras.backend keras.activations "
        "keras.ops ops",
        "cgviz": "cgviz",
        "javascript": "Math",
    }.items()
    for name in names.split()
}

# our name | libraries | their names | their parameters
TABLE = """
sum           | numpy            | sum nansum add.reduce            | x axis= dtype- out- keepdims= initial! where!
sum           | torch method     | sum                              | x dim>axis= keepdim>keepdims= dtype-
sum           | tensorflow       | reduce_sum sum                   | x axis= keepdims= name-
mean          | numpy            | mean nanmean                     | x axis= dtype- out- keepdims= where!
average_      | numpy            | average                          | x axis= weights? returned! keepdims=
ptp_          | numpy            | ptp                              | x axis= out- keepdims=
mean          | torch method     | mean                             | x dim>axis= keepdim>keepdims= dtype-
mean          | tensorflow       | reduce_mean mean                 | x axis= keepdims= name-
prod          | numpy            | prod product                     | x axis= dtype- out- keepdims= initial! where!
prod          | torch method     | prod                             | x dim>axis= keepdim>keepdims= dtype-
prod          | tensorflow       | reduce_prod prod                 | x axis= keepdims= name-
amax          | numpy            | max amax nanmax maximum.reduce   | x axis= out- keepdims= initial! where!
method_max    | method           | max                              | x axis= out- keepdims= dim= keepdim=
amax          | method           | amax                             | x dim>axis= keepdim>keepdims=
amax          | torch            | amax                             | x dim>axis= keepdim>keepdims=
amax          | tensorflow       | reduce_max max                   | x axis= keepdims= name-
amin          | numpy            | min amin nanmin minimum.reduce   | x axis= out- keepdims= initial! where!
method_min    | method           | min                              | x axis= out- keepdims= dim= keepdim=
amin          | method           | amin                             | x dim>axis= keepdim>keepdims=
amin          | torch            | amin                             | x dim>axis= keepdim>keepdims=
amin          | tensorflow       | reduce_min min                   | x axis= keepdims= name-
torch_max     | torch            | max                              | x other=
torch_min     | torch            | min                              | x other=
max           | numpy torch tensorflow jax | maximum fmax           | x y out- name-
min           | numpy torch tensorflow jax | minimum fmin           | x y out- name-
max           | math javascript  | max                              | *xs
min           | math javascript  | min                              | *xs
var           | numpy            | var                              | x axis= dtype- out- ddof= keepdims= mean!
torch_var     | torch            | var                              | x dim>axis= unbiased= keepdim>keepdims= correction>ddof=1
var           | tensorflow       | reduce_variance var              | x axis= keepdims= name-
std           | numpy            | std                              | x axis= dtype- out- ddof= keepdims= mean!
torch_std     | torch            | std                              | x dim>axis= unbiased= keepdim>keepdims= correction>ddof=1
std           | tensorflow       | reduce_std std                   | x axis= keepdims= name-
method_var    | method           | var                              | x axis= dtype- out- ddof= keepdims= unbiased= correction= dim= keepdim=
method_std    | method           | std                              | x axis= dtype- out- ddof= keepdims= unbiased= correction= dim= keepdim=
logsumexp     | numpy scipy jax  | logsumexp logaddexp.reduce       | x axis= b! keepdims=
logsumexp     | torch method     | logsumexp                        | x dim>axis= keepdim>keepdims=
logsumexp     | tensorflow       | reduce_logsumexp logsumexp       | x axis= keepdims= name-
softmax_few   | torch method     | softmax                          | x dim>axis= dtype- _stacklevel-
softmax       | jax tensorflow numpy | softmax                | x axis= where! initial! name-
softmax_all   | scipy            | softmax                          | x axis=
softmin_      | torch method     | softmin                          | x dim>axis= dtype- _stacklevel-
log_softmax_few | torch method   | log_softmax                      | x dim>axis= dtype- _stacklevel-
log_softmax   | jax tensorflow numpy | log_softmax            | x axis= where! initial! name-
log_softmax_all | scipy            | log_softmax                      | x axis=
norm_ord      | numpy            | norm                             | x ord>p= axis= keepdims=
norm          | torch            | norm vector_norm                 | x p= dim>axis= keepdim>keepdims= dtype- ord>p=
norm          | method           | norm                             | x p= dim>axis= keepdim>keepdims= dtype-
norm_ord      | jax              | norm                             | x ord>p= axis= keepdims=
norm_ord      | torch            | linalg.norm                      | x ord>p= dim>axis= keepdim>keepdims= dtype-
norm          | tensorflow       | norm                             | x ord>p= axis= keepdims= name-
cumsum        | numpy            | cumsum                           | x axis= dtype- out-
cumsum        | torch method     | cumsum                           | x dim>axis= dtype-
cumsum        | jax              | cumsum                           | operand>x axis=0 reverse!False
cumprod       | jax              | cumprod                          | operand>x axis=0 reverse!False
cumsum        | tensorflow       | cumsum                           | x axis=0
cumprod       | numpy            | cumprod                          | x axis= dtype- out-
cumprod       | torch method     | cumprod                          | x dim>axis= dtype-
argmax        | numpy jax        | argmax                           | x axis= out- keepdims!
argmax        | torch method tensorflow | argmax                    | x dim>axis= keepdim!
argmin        | numpy jax        | argmin                           | x axis= out- keepdims!
argmin        | torch method tensorflow | argmin                    | x dim>axis= keepdim!
sort          | numpy            | sort                             | x axis=-1 kind- order! stable- descending=
sort          | torch            | msort                            | x axis=0
sort          | tensorflow       | sort                             | x axis=-1 direction! name-
torch_sort    | torch            | sort                             | x dim>axis= descending= stable-
torch_sort    | method           | sort                             | x axis= descending= stable- kind-
torch_topk    | torch method     | topk                             | x k>count== dim>axis= largest= sorted-
torch_topk    | jax tensorflow   | top_k                            | x k>count== sorted- name-
diff          | numpy torch jax  | diff                             | x n!1 dim>axis=
diff          | method           | diff                             | x n!1 dim>axis=
roll          | numpy            | roll                             | x shift== axis=
roll          | torch method     | roll                             | x shifts>shift== dims>axis=
roll          | tensorflow       | roll                             | x shift== axis= name-
flip          | numpy            | flip                             | x axis=
flip          | torch method     | flip                             | x *dims>axis=
flip_rows     | numpy torch method | flipud                         | x
flip_columns  | numpy torch method | fliplr                         | x
flip          | tensorflow       | reverse                          | x axis=
pad           | numpy            | pad                              | x pad_width>widths== mode= constant_values>value=
torch_pad     | torch            | pad                              | x pad== mode= value=
tile          | numpy            | tile                             | x reps>times==
tile          | tensorflow       | tile                             | x multiples>times== name-
tile          | torch method     | tile                             | x *times=
method_repeat | method           | repeat                           | x *times=
repeat        | numpy            | repeat                           | x repeats>times== axis=
repeat        | torch method     | repeat_interleave                | x repeats>times== dim>axis=
repeat        | tensorflow       | repeat                           | x repeats>times== axis= name-
squeeze       | numpy            | squeeze                          | x axis=
squeeze       | torch method     | squeeze                          | x dim>axis=
squeeze       | tensorflow       | squeeze                          | x axis= name-
expand_dims   | numpy tensorflow jax | expand_dims                  | x axis== name-
expand_dims   | torch method     | unsqueeze                        | x dim>axis==
swapaxes      | numpy            | swapaxes                         | x axis1>first== axis2>second==
swapaxes      | torch method     | swapaxes swapdims                | x dim0>first== dim1>second==
swapaxes      | numpy torch jax tensorflow | matrix_transpose adjoint | x
torch_turn    | torch            | transpose                        | x dim0>first= dim1>second=
torch_turn    | torch method     | t                                | x
method_turn   | method           | transpose                        | x *axes=
transpose     | numpy            | transpose                        | x axes=
transpose     | jax              | transpose                        | x permutation>axes=
transpose     | tensorflow       | transpose                        | x perm>axes= conjugate- name-
transpose     | torch method     | permute                          | x *dims>axes=
transpose     | numpy            | permute_dims                     | x axes=
moveaxis      | numpy torch method | moveaxis                       | x source== destination>target==
moveaxis      | torch method     | movedim                          | x source== destination>target==
reshape       | numpy jax        | reshape                          | x shape= order- newshape>shape=
reshape       | torch            | reshape                          | x shape=
reshape       | tensorflow       | reshape                          | x shape= name-
reshape       | method           | reshape view                     | x *shape= order-
flatten_      | numpy torch method | ravel                          | x order-
flatten_      | torch method     | flatten                          | x start_dim= end_dim= order-
unflatten_    | torch method     | unflatten                        | x dim= sizes=
broadcast_to  | numpy jax torch  | broadcast_to                     | x shape= subok-
broadcast_to  | tensorflow       | broadcast_to                     | x shape= name-
broadcast_to  | method           | expand broadcast_to              | x *shape=
view_as_      | method torch     | view_as reshape_as               | x like
expand_as_    | method torch     | expand_as                        | x like
stack         | numpy            | stack                            | [xs] axis= out-
stack         | torch            | stack                            | [xs] dim>axis= out-
stack         | tensorflow       | stack                            | [xs] axis= name-
concat        | numpy            | concatenate concat               | [xs] axis= out- dtype-
concat        | torch            | cat concat concatenate           | [xs] dim>axis= out-
concat        | tensorflow       | concat concatenate               | [xs] axis= name-
concat_rows   | numpy torch      | vstack row_stack                 | [xs]
concat_flat   | numpy torch      | hstack                           | [xs]
concat_columns | numpy torch     | column_stack                     | [xs]
split_parts   | numpy            | split array_split                | x indices_or_sections>sections== axis=
split_parts   | tensorflow       | split                            | x num_or_size_splits>sections== axis=
split_halves  | torch method     | chunk                            | x chunks>sections== dim>axis=
split_sizes   | torch method     | split                            | x split_size_or_sections>sections== dim>axis=
split_parts   | torch            | tensor_split                     | x indices_or_sections>sections== dim>axis=
unbind_       | torch method     | unbind                           | x dim>axis=
unbind_       | tensorflow       | unstack                          | x num- axis=
take          | numpy            | take                             | x i axis= out- mode-
take          | torch            | take                             | x i
take          | method           | take                             | x i axis=
take_dim      | torch method     | index_select                     | x dim>axis= i
take_dim      | torch method     | select                           | x dim>axis= index>at=
narrow_       | torch method     | narrow                           | x dim>axis== start== length==
gather_dim    | torch method     | gather                           | x dim>axis== i
take_along_axis | numpy          | take_along_axis                  | x i axis=
take_along_axis | torch          | take_along_dim                   | x i dim>axis==
tf_gather     | tensorflow       | gather                           | x i axis=0 batch_dims! validate_indices-
embedding_    | torch            | embedding                        | i E
where         | numpy torch jax  | where                            | c x y
where         | tensorflow       | where                            | c x y name-
select_       | jax              | select                           | c x y
masked_fill_  | torch method     | masked_fill                      | x mask value
clip          | numpy            | clip                             | x a_min>lo? a_max>hi? out- min>lo? max>hi?
clip          | torch method     | clamp clip                       | x min>lo? max>hi? a_min>lo? a_max>hi? out-
clip          | tensorflow       | clip_by_value clip               | x clip_value_min>lo? clip_value_max>hi? name-
clip_low      | torch method     | clamp_min                        | x min>lo
clip_high     | torch method     | clamp_max                        | x max>hi
dot_          | numpy            | dot                              | a b out-
inner_        | numpy            | inner                            | a b
dot_          | torch method     | dot                              | a b
matmul        | numpy            | matmul                           | a b out-
matmul        | torch method     | mm bmm mv matmul                 | a b
matmul        | tensorflow       | matmul matvec                    | a b
vdot_         | numpy torch      | vdot                             | a b
inner_        | torch method     | inner                            | a b
tensordot_    | numpy torch tensorflow | tensordot                  | a b axes= dims=
outer_        | numpy torch      | outer ger                        | a b out-
einsum        | numpy torch jax tensorflow | einsum                 | subscripts= *xs optimize- out- precision- name-
trace         | numpy torch method tensorflow | trace               | x offset!0 axis1- axis2- dtype- out- name-
det           | numpy torch method tensorflow | det                 | x name-
inv           | numpy torch method | inv inverse                    | x
solve         | numpy torch jax  | solve                            | A b assume_a-
tf_solve      | tensorflow       | solve                            | A b name-
solve_tri     | jax scipy numpy  | solve_triangular                 | A b trans! lower=
torch_tri     | torch            | solve_triangular                 | A b upper= left!True unitriangular!False
logdet        | torch method tensorflow | logdet                    | x name-
slogdet_      | numpy torch method | slogdet                        | x
cholesky      | numpy torch method jax tensorflow | cholesky        | x upper!False name- symmetrize_input-
kron          | numpy torch method jax | kron                       | a b
cross         | numpy torch method jax | cross                      | a b dim>axis!-1 axisa! axisb! axisc! axis!-1
linear_       | torch            | linear                           | x W b?
bilinear_     | torch            | baddbmm addmm                    | c a b beta!1 alpha!1
diag          | numpy            | diag                             | x k>offset=
diag          | torch method     | diag                             | x diagonal>offset=
diag          | tensorflow       | diag                             | x name-
diagonal_few  | numpy            | diagonal                         | x offset=
diagonal_few  | torch method     | diagonal                         | x offset= dim1- dim2-
diagonal      | tensorflow       | diag_part                        | x name-
diagonal      | cgviz            | diagonal                         | x offset=
diag_embed    | torch method     | diag_embed                       | x offset= dim1- dim2-
tril          | numpy            | tril                             | x k>offset=
tril          | torch method     | tril                             | x diagonal>offset=
triu          | numpy            | triu                             | x k>offset=
triu          | torch method     | triu                             | x diagonal>offset=
zeros         | numpy torch jax tensorflow | zeros                  | *shape= dtype- order- device- requires_grad- name- like-
ones          | numpy torch jax tensorflow | ones                   | *shape= dtype- order- device- requires_grad- name- like-
zeros         | numpy torch      | empty                            | *shape= dtype- order- device- requires_grad- like-
full          | numpy torch jax  | full                             | shape= fill_value>value= dtype- order- device- requires_grad-
full          | tensorflow       | fill                             | shape= value= name-
zeros_like    | numpy torch jax tensorflow | zeros_like             | x dtype- order- subok- shape! device- requires_grad- name-
zeros_like    | numpy torch jax  | empty_like                       | x dtype- order- subok- shape! device- requires_grad-
ones_like     | numpy torch jax tensorflow | ones_like              | x dtype- order- subok- shape! device- requires_grad- name-
full_like_    | numpy torch jax  | full_like                        | x fill_value>value dtype- order- subok- shape! device-
eye           | numpy            | eye identity                     | N>rows= M>columns= k>offset= dtype- order- device- like-
eye           | torch jax        | eye                              | n>rows= m>columns= dtype- device- requires_grad-
eye           | tensorflow       | eye                              | num_rows>rows= num_columns>columns= dtype- name-
tri           | numpy            | tri                              | N>rows= M>columns= k>offset= dtype-
arange        | numpy torch jax  | arange                           | start= stop= step= dtype- device- like- requires_grad- end>stop=
arange        | tensorflow       | range                            | start= limit>stop= delta>step= dtype- name-
linspace      | numpy torch jax tensorflow | linspace               | start= stop= num>count= endpoint- dtype- steps>count= end>stop= axis- name-
one_hot       | torch            | one_hot                          | i num_classes>count=
one_hot       | jax              | one_hot                          | i num_classes>count== dtype- axis-
one_hot       | tensorflow       | one_hot                          | i depth>count== on_value- off_value- axis- dtype- name-
stop_gradient | jax tensorflow   | stop_gradient                    | x name-
stop_gradient | torch method     | detach                           | x
mse_loss_     | torch            | mse_loss                         | x y size_average! reduce! reduction=
l1_loss_      | torch            | l1_loss                          | x y size_average! reduce! reduction=
smooth_l1_    | torch            | smooth_l1_loss                   | x y size_average! reduce! reduction= beta=
huber_        | torch            | huber_loss                       | x y reduction= delta=
bce_          | torch            | binary_cross_entropy             | x y weight! size_average! reduce! reduction=
bce_logits_   | torch            | binary_cross_entropy_with_logits | x y weight! size_average! reduce! reduction= pos_weight!
tf_bce_logits_ | tensorflow      | sigmoid_cross_entropy_with_logits | labels>y logits>x name-
cross_entropy_ | torch           | cross_entropy                    | x y weight! size_average! ignore_index- reduce! reduction= label_smoothing=
nll_loss_     | torch            | nll_loss                         | x y weight! size_average! ignore_index- reduce! reduction=
kl_div_       | torch            | kl_div                           | x y size_average! reduce! reduction= log_target=
layer_norm_   | torch            | layer_norm                       | x normalized_shape= weight>w? bias>b? eps=
rms_norm_     | torch            | rms_norm                         | x normalized_shape= weight>w? eps=
normalize_    | torch            | normalize                        | x p= dim>axis= eps=
standardize_  | jax              | standardize                      | x axis= mean! variance! epsilon>eps=
cosine_       | torch            | cosine_similarity                | x y dim>axis= eps=
attention_    | torch            | scaled_dot_product_attention     | q k v attn_mask>mask? dropout_p!0.0 is_causal= scale=
attention_    | jax              | dot_product_attention            | q k v
leaky_relu    | torch            | leaky_relu                       | x negative_slope? inplace-
leaky_relu    | jax              | leaky_relu                       | x negative_slope?
tf_leaky_relu_ | tensorflow      | leaky_relu                       | x alpha>negative_slope? name-
elu           | torch            | elu                              | x alpha? inplace-
gelu_         | torch            | gelu                             | x approximate=
gelu_         | jax              | gelu                             | x approximate=True
gelu_         | tensorflow       | gelu                             | x approximate= name-
softplus_     | torch            | softplus                         | x beta= threshold!20
relu          | torch            | relu                             | x inplace-
silu          | torch jax        | silu swish                       | x inplace-
silu          | tensorflow       | silu swish                       | x beta!1.0
sigmoid       | torch jax tensorflow scipy | sigmoid expit          | x out- name-
log           | numpy torch tensorflow jax | log                    | x out- name-
log           | math             | log                              | *xs
unread_       | torch            | equal torch.kl_div torch.binary_cross_entropy_with_logits torch.hinge_embedding_loss torch.margin_ranking_loss torch.triplet_margin_loss torch.cosine_embedding_loss torch.poisson_nll_loss | *xs
logsigmoid    | torch jax tensorflow scipy | logsigmoid log_sigmoid log_expit | x name-
glu_          | torch jax        | glu                              | x dim>axis=
hardtanh_     | torch            | hardtanh                         | x min_val= max_val= inplace-
hardsigmoid_  | torch            | hardsigmoid                      | x inplace-
hardsigmoid_  | jax              | hard_sigmoid                     | x
hardswish_    | torch            | hardswish                        | x inplace-
hardswish_    | jax              | hard_swish hard_silu             | x
hardtanh_     | jax              | hard_tanh                        | x
mish_         | torch jax        | mish                             | x inplace-
mish_         | tensorflow       | mish                             | x
selu_         | torch jax tensorflow | selu                         | x inplace- name-
celu_         | torch jax        | celu                             | x alpha= inplace-
softsign_     | torch tensorflow | softsign                         | x name-
softsign_     | jax              | soft_sign                        | x
tanhshrink_   | torch            | tanhshrink                       | x
softshrink_   | torch            | softshrink                       | x lambd=
hardshrink_   | torch            | hardshrink                       | x lambd=
threshold_    | torch            | threshold                        | x threshold= value= inplace-
prelu_        | torch            | prelu                            | x weight>w
squareplus_   | jax              | squareplus                       | x b=
heaviside_    | numpy torch      | heaviside                        | x values>at_zero
radians_      | numpy torch math | radians deg2rad                  | x out-
degrees_      | numpy torch math | degrees rad2deg                  | x out-
rel_entr_     | scipy jax        | rel_entr                         | x y
dist_         | math             | dist                             | x y
fsum_         | math             | fsum                             | x
hinge_embedding_ | torch         | hinge_embedding_loss             | x y margin= size_average! reduce! reduction=
margin_ranking_ | torch          | margin_ranking_loss              | a b y margin= size_average! reduce! reduction=
triplet_margin_ | torch          | triplet_margin_loss              | anchor near far margin= p= eps= swap!False size_average! reduce! reduction=
cosine_embedding_ | torch        | cosine_embedding_loss            | a b y margin= size_average! reduce! reduction=
soft_margin_  | torch            | soft_margin_loss                 | x y size_average! reduce! reduction=
gaussian_nll_ | torch            | gaussian_nll_loss                | x y var full= eps= reduction=
poisson_nll_  | torch            | poisson_nll_loss                 | x y log_input= full!False size_average! eps= reduce! reduction=
relu6_        | torch jax tensorflow | relu6                        | x inplace- name-
dropout_      | torch            | dropout                          | x p=0.5 training=True inplace-
power_        | numpy torch tensorflow jax method | pow power float_power | x y out- name-
square        | numpy torch tensorflow jax method | square          | x out- name-
divide        | numpy torch tensorflow jax method | divide true_divide div | x y out- rounding_mode! name-
multiply      | numpy torch tensorflow jax method | multiply mul    | x y out- name-
add_          | numpy torch tensorflow jax method | add             | x y alpha= out- name-
subtract_     | numpy torch tensorflow jax method | subtract sub    | x y alpha= out- name-
neg           | numpy torch tensorflow jax method | negative neg    | x out- name-
reciprocal    | numpy torch tensorflow method | reciprocal          | x out- name-
logit_        | torch scipy      | logit                            | x eps!
xlogy_        | torch scipy jax  | xlogy                            | x y
entr_         | scipy jax torch  | entr                             | x
ndtr_         | scipy torch jax  | ndtr                             | x
exp2_         | numpy torch jax  | exp2                             | x
lerp_         | torch method     | lerp                             | x end>y weight>w
addcmul_      | torch method     | addcmul                          | x a b value=
gammaln       | scipy            | gammaln loggamma                 | x
loggamma      | torch math method | lgamma                          | x
size          | numpy            | size                             | x axis=
size          | tensorflow       | size                             | x
size          | method torch     | numel                            | x
size          | method           | size                             | x dim>axis=
length_       | math             | len                              | x
shape_        | numpy tensorflow | shape                            | x
same          | method           | copy clone contiguous double float requires_grad_ astype to type cpu numpy | x any- any- dtype- copy-
same          | numpy torch jax tensorflow | array asarray tensor as_tensor convert_to_tensor copy float64 float32 ascontiguousarray asanyarray cast | x dtype- copy- device- requires_grad- ndmin- order- name-
"""
