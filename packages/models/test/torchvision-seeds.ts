/**
 * Networks of torchvision 0.28 that were built after `torch.manual_seed(7)`: what `torch.rand(2)` gives after that, which tells how
 * much was drawn, and the first two numbers of some weights.
 */
export const torchvisionSeeds: readonly (readonly [
  name: string,
  next: readonly [number, number],
  weights: Readonly<Record<string, readonly [number, number]>>,
])[] = [
  [
    'resnet18',
    [0.9035614132881165, 0.08272820711135864],
    {
      'conv1.weight': [0.03011608, 0.02367637],
      'layer3.0.conv1.weight': [0.007051473, -0.01245482],
      'fc.weight': [-0.01738497, -0.03444673],
    },
  ],
  [
    'googlenet',
    [0.3395279049873352, 0.37602686882019043],
    {
      'conv1.conv.weight': [-0.005364005, -0.001344766],
      'inception4c.branch4.1.conv.weight': [0.005557459, -0.01452018],
      'fc.weight': [-0.01304795, -0.009569265],
    },
  ],
  [
    'squeezenet1_1',
    [0.0007912516593933105, 0.13044428825378418],
    {
      'features.0.weight': [-0.1280362, 0.3174025],
      'features.9.squeeze.weight': [-0.09943557, 0.04808126],
      'classifier.1.weight': [-0.009563904, 0.01330487],
    },
  ],
  [
    'mobilenet_v2',
    [0.6876714825630188, 0.12550979852676392],
    {
      'features.0.0.weight': [-0.2308548, 0.08739506],
      'features.9.conv.2.weight': [0.03557236, -0.1269896],
      'classifier.1.weight': [0.01143093, -0.01481562],
    },
  ],
  [
    'mobilenet_v3_small',
    [0.9063833355903625, 0.33231157064437866],
    {
      'features.0.0.weight': [0.1010847, 0.002536303],
      'features.7.block.1.0.weight': [-0.01520418, -0.001623076],
      'classifier.3.weight': [-0.006185534, -0.005570712],
    },
  ],
  [
    'mnasnet0_5',
    [0.368521511554718, 0.03047633171081543],
    {
      'layers.0.weight': [-0.05239839, -0.07790545],
      'layers.10.1.layers.6.weight': [-0.144675, 0.4900357],
      'classifier.1.weight': [-0.05193578, 0.01884227],
    },
  ],
  [
    'densenet121',
    [0.17267048358917236, 0.8171005845069885],
    {
      'features.conv0.weight': [0.00525906, 0.2566691],
      'features.denseblock3.denselayer11.conv2.weight': [0.03401428, -0.02988094],
      'classifier.weight': [0.003973369, -0.01615425],
    },
  ],
  [
    'shufflenet_v2_x0_5',
    [0.12990009784698486, 0.5041851997375488],
    {
      'conv1.0.weight': [0.01344169, -0.1159307],
      'stage3.3.branch2.5.weight': [0.03480368, -0.02856634],
      'fc.weight': [-0.00132079, -0.01085048],
    },
  ],
  [
    'efficientnet_b0',
    [0.3181208372116089, 0.3706411123275757],
    {
      'features.0.0.weight': [-0.1135357, -0.04701587],
      'features.5.0.block.1.0.weight': [-0.008977272, 0.005123058],
      'classifier.1.weight': [-0.02386663, -0.005925395],
    },
  ],
  [
    'regnet_y_400mf',
    [0.5091955661773682, 0.09222716093063354],
    {
      'stem.0.weight': [0.05991015, 0.134746],
      'trunk_output.block3.block3-3.f.c.0.weight': [-0.04625583, -0.122758],
      'fc.weight': [-0.004523504, -0.00606021],
    },
  ],
  [
    'inception_v3',
    [0.6063486933708191, 0.8809423446655273],
    {
      'Conv2d_1a_3x3.conv.weight': [-0.2011344, 0.1033876],
      'Mixed_6c.branch_pool.conv.weight': [0.1034651, -0.1444509],
      'fc.weight': [-0.09947512, 0.08336181],
    },
  ],
  [
    'convnext_tiny',
    [0.02181684970855713, 0.7087368369102478],
    {
      'features.0.0.weight': [-0.01719502, -0.005077366],
      'features.5.2.block.5.weight': [0.01174593, 0.02498446],
      'classifier.2.weight': [-0.01495396, 0.02363467],
    },
  ],
  [
    'swin_t',
    [0.7773730158805847, 0.4744146466255188],
    {
      'features.0.0.weight': [0.01008127, -0.08694803],
      'features.5.1.mlp.3.weight': [-0.005570826, 0.02880429],
      'head.weight': [0.03164078, -0.0116653],
    },
  ],
  [
    'swin_v2_t',
    [0.10339111089706421, 0.520555317401886],
    {
      'features.0.0.weight': [0.01008127, -0.08694803],
      'features.5.1.mlp.3.weight': [-0.01259207, -0.04013589],
      'head.weight': [-0.03505426, -0.009200248],
    },
  ],
  [
    'maxvit_t',
    [0.36448079347610474, 0.215329110622406],
    {
      'stem.0.0.weight': [0.01553975, -0.01781799],
      'blocks.2.layers.1.layers.window_attention.attn_layer.1.to_qkv.weight': [-0.01526439, -0.01710764],
      'classifier.5.weight': [0.006134434, -0.01863518],
    },
  ],
]
