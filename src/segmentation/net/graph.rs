//! The net's graph as its ONNX file tells it, run with the kernel's convolutions.
//!
//! Seven operators are all that the project's nets are made of: Conv, Relu, Add, Concat, Resize, ReduceMean, and Cast of weights. A file
//! with another one is refused.

use std::collections::HashMap;

use half::f16;
use rten_onnx::onnx::{DataType, GraphProto, ModelProto, NodeProto, TensorProto};

use crate::kernel::{Convolution, Features, Isa};

/// A net, ready to run.
pub(super) struct Graph {
    steps: Vec<Step>,
    /// Number of the last step that needs each value; values are numbered by the step that makes them, from 1; 0 is the input.
    last_use: Vec<usize>,
    channels: usize,
}

/// How one value is made.
enum Step {
    /// From values one after another, and what is added to it.
    Convolution { inputs: Vec<usize>, residual: Option<usize>, with: Convolution },
    /// Each channel plus its own mean.
    PlusMean(usize),
    /// Twice as large, bilinear.
    Twice(usize),
}

impl Step {
    fn uses(&self) -> Vec<usize> {
        match self {
            Self::Convolution { inputs, residual, .. } => inputs.iter().chain(residual).copied().collect(),
            Self::PlusMean(input) | Self::Twice(input) => vec![*input],
        }
    }
}

/// What a name in the file stands for.
#[derive(Clone)]
enum Named {
    /// A weight by its place in the file.
    Weight(usize),
    /// A value.
    Value(usize),
    /// Values one after another.
    Joined(Vec<usize>),
    /// The means of a value's channels.
    Mean(usize),
}

impl Graph {
    /// Reads a graph with one input and one output.
    ///
    /// # Errors
    /// Says what in the file this program does not compute.
    pub(super) fn read(file: &[u8], isa: Isa) -> Result<Self, String> {
        let model = ModelProto::parse_buf(file).map_err(|e| e.to_string())?;
        let graph = model.graph.ok_or("the file holds no graph")?;
        let picture = Shape { channels: 3, halvings: 0 };
        let mut reader = Reader { graph: &graph, isa, names: HashMap::new(), steps: vec![], shapes: vec![picture] };
        for (i, weight) in graph.initializer.iter().enumerate() {
            reader.names.insert(weight.name.clone().unwrap_or_default(), Named::Weight(i));
        }
        let input = graph.input.first().and_then(|v| v.name.clone()).ok_or("the graph has no input")?;
        reader.names.insert(input, Named::Value(0));
        for node in &graph.node {
            let kind = node.op_type.as_deref().unwrap_or_default();
            let made = reader.node(kind, node).ok_or_else(|| format!("{kind} is used in a way that is not known"))?;
            reader.names.insert(node.output.first().cloned().unwrap_or_default(), made);
        }
        let output = graph.output.first().and_then(|v| v.name.as_ref()).and_then(|name| reader.names.get(name));
        let steps = &reader.steps;
        let channels = match (output, steps.last()) {
            (Some(Named::Value(last)), Some(Step::Convolution { with, .. })) if *last == steps.len() => with.outputs(),
            _ => return Err("the graph does not end with a convolution".into()),
        };
        let mut last_use = vec![0; steps.len() + 1];
        for (i, step) in steps.iter().enumerate() {
            step.uses().into_iter().for_each(|value| last_use[value] = i);
        }
        Ok(Self { steps: reader.steps, last_use, channels })
    }

    /// Channels of the answer.
    pub(super) fn channels(&self) -> usize {
        self.channels
    }

    /// Runs the graph on one picture.
    pub(super) fn run(&self, input: Features) -> Features {
        // Values are dropped after their last use: at any time only the skips and the two ends of a step are there.
        let mut values = vec![Some(input)];
        for (i, step) in self.steps.iter().enumerate() {
            let value = |number: &usize| values[*number].as_ref().expect("a value is kept until its last use");
            let made = match step {
                Step::Convolution { inputs, residual, with } => {
                    with.apply(&inputs.iter().map(value).collect::<Vec<_>>(), residual.as_ref().map(value))
                }
                Step::PlusMean(input) => plus_mean(value(input)),
                Step::Twice(input) => twice(value(input)),
            };
            for number in step.uses().into_iter().filter(|number| self.last_use[*number] == i) {
                values[number] = None;
            }
            values.push(Some(made));
        }
        values.pop().flatten().expect("a graph has steps")
    }
}

/// How many channels a value has, and how often the input was halved for it.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Shape {
    channels: usize,
    halvings: i32,
}

/// A graph being read.
struct Reader<'a> {
    graph: &'a GraphProto,
    isa: Isa,
    names: HashMap<String, Named>,
    steps: Vec<Step>,
    /// Of each value.
    shapes: Vec<Shape>,
}

impl Reader<'_> {
    /// What a node's output stands for; none where the node is not one that [`Step`] covers.
    fn node(&mut self, kind: &str, node: &NodeProto) -> Option<Named> {
        let inputs: Vec<Option<Named>> = node.input.iter().map(|name| self.names.get(name).cloned()).collect();
        match (kind, inputs.as_slice()) {
            ("Cast", [Some(Named::Weight(weight))]) => Some(Named::Weight(*weight)),
            ("Conv", [Some(from), Some(Named::Weight(weights)), Some(Named::Weight(bias))]) => {
                let inputs = match from {
                    Named::Value(value) => vec![*value],
                    Named::Joined(values) => values.clone(),
                    _ => return None,
                };
                let with = self.convolution(node, *weights, *bias)?;
                let halvings = self.shapes[inputs[0]].halvings;
                let alike = inputs.iter().all(|value| self.shapes[*value].halvings == halvings);
                let channels: usize = inputs.iter().map(|value| self.shapes[*value].channels).sum();
                (alike && channels == with.inputs()).then_some(())?;
                let shape = Shape { channels: with.outputs(), halvings: halvings + i32::from(with.halves()) };
                self.push(Step::Convolution { inputs, residual: None, with }, shape)
            }
            // Both are done in the same pass as the convolution that they follow.
            ("Relu", [Some(Named::Value(value))]) => {
                self.just_convolved(*value)?.1.rectified = true;
                Some(Named::Value(*value))
            }
            ("Add", [Some(Named::Value(first)), Some(Named::Value(second))]) => {
                let alike = self.shapes[*first] == self.shapes[*second];
                let (residual, with) = self.just_convolved(*second)?;
                if with.rectified || residual.is_some() || !alike {
                    return None;
                }
                *residual = Some(*first);
                Some(Named::Value(*second))
            }
            ("ReduceMean", [Some(Named::Value(value))]) => Some(Named::Mean(*value)),
            ("Add", [Some(Named::Value(value)), Some(Named::Mean(of))]) if value == of => {
                self.push(Step::PlusMean(*value), self.shapes[*value])
            }
            ("Resize", [Some(Named::Value(value)), None, Some(Named::Weight(scales))]) => {
                (floats(&self.graph.initializer[*scales])? == [1.0, 1.0, 2.0, 2.0]).then_some(())?;
                let Shape { channels, halvings } = self.shapes[*value];
                self.push(Step::Twice(*value), Shape { channels, halvings: halvings - 1 })
            }
            ("Concat", [Some(Named::Value(first)), Some(Named::Value(second))]) => {
                Some(Named::Joined(vec![*first, *second]))
            }
            _ => None,
        }
    }

    fn push(&mut self, step: Step, shape: Shape) -> Option<Named> {
        self.steps.push(step);
        self.shapes.push(shape);
        Some(Named::Value(self.steps.len()))
    }

    /// The convolution that made a value in the step before, to be changed: what it adds, and itself.
    fn just_convolved(&mut self, value: usize) -> Option<(&mut Option<usize>, &mut Convolution)> {
        let is_last = value == self.steps.len();
        match self.steps.last_mut() {
            Some(Step::Convolution { residual, with, .. }) if is_last => Some((residual, with)),
            _ => None,
        }
    }

    fn convolution(&self, node: &NodeProto, weights: usize, bias: usize) -> Option<Convolution> {
        let ints = |name: &str| {
            let found = node.attribute.iter().find(|a| a.name.as_deref() == Some(name));
            found.map_or(&[][..], |a| a.ints.as_slice())
        };
        let (weights, bias) = (&self.graph.initializer[weights], &self.graph.initializer[bias]);
        let &[_, _, side, _] = weights.dims.as_slice() else { return None };
        let &[stride, across] = ints("strides") else { return None };
        let padded = ints("pads").iter().all(|pad| *pad == side / 2);
        let square = ints("kernel_shape") == [side, side] && stride == across;
        // Groups and dilations would be attributes beside these three.
        if !square || !padded || node.attribute.len() != 3 {
            return None;
        }
        Convolution::new(self.isa, &floats(weights)?, floats(bias)?, side as usize, stride as usize)
    }
}

/// The values of a weight stored as float16 or float32.
fn floats(weight: &TensorProto) -> Option<Vec<f32>> {
    let bytes = weight.raw_data.as_ref()?.borrow();
    match weight.data_type? {
        DataType::FLOAT => Some(bytes.as_chunks().0.iter().map(|b| f32::from_le_bytes(*b)).collect()),
        DataType::FLOAT16 => Some(bytes.as_chunks().0.iter().map(|b| f16::from_le_bytes(*b).to_f32()).collect()),
        _ => None,
    }
}

fn plus_mean(input: &Features) -> Features {
    let mut out = input.clone();
    for channel in 0..out.channels() {
        let sum: f32 = (0..out.height()).map(|y| out.row(channel, y).iter().sum::<f32>()).sum();
        let mean = sum / (out.width() * out.height()) as f32;
        for y in 0..out.height() {
            out.row_mut(channel, y).iter_mut().for_each(|v| *v += mean);
        }
    }
    out
}

/// Bilinear between px centres: each new px takes three quarters of the px that it lies in and one quarter of the nearest other.
fn twice(input: &Features) -> Features {
    let (w, h) = (input.width(), input.height());
    let mut out = Features::zeros(input.channels(), 2 * w, 2 * h);
    // A row between two rows, with its first and last px repeated.
    let mut between = vec![0.0f32; w + 2];
    for channel in 0..input.channels() {
        for y in 0..2 * h {
            let other = if y % 2 == 0 { (y / 2).saturating_sub(1) } else { (y / 2 + 1).min(h - 1) };
            let rows = input.row(channel, y / 2).iter().zip(input.row(channel, other));
            between[1..=w].iter_mut().zip(rows).for_each(|(v, (near, far))| *v = 0.75 * near + 0.25 * far);
            (between[0], between[w + 1]) = (between[1], between[w]);
            for (pair, around) in out.row_mut(channel, y).chunks_exact_mut(2).zip(between.windows(3)) {
                pair[0] = 0.75 * around[1] + 0.25 * around[0];
                pair[1] = 0.75 * around[1] + 0.25 * around[2];
            }
        }
    }
    out
}
