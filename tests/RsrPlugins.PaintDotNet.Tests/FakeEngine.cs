// Networks that cost nothing, for everything that is about the effects and not about the pictures: neighbours are taken into
// account so that a seam would show, and every run can be watched, delayed or made to fail.
using RsrPlugins.Core.Inference;
using RsrPlugins.Core.Models;

namespace RsrPlugins.PaintDotNet.Tests;

internal sealed class FakeEngine : IInferenceEngine
{
    private int _runs;
    private int _active;

    public DeviceKind Device { get; init; } = DeviceKind.Cpu;

    /// <summary>Called at the start of every run with its number, from 1.</summary>
    public Action<int, CancellationToken>? OnRun { get; init; }

    public int Runs => _runs;

    /// <summary>Runs going on now.</summary>
    public int Active => _active;

    public List<string> Opened { get; } = [];

    public string RuntimeVersion => "0.0";

    public DeviceDecision Decision => new(Device, Device == DeviceKind.Cpu ? "CPU: pretended" : "DirectML: pretended");

    public INetwork Open(ModelDescriptor model)
    {
        lock (Opened)
        {
            Opened.Add(model.Id);
        }

        return new Network(this, model);
    }

    public void Dispose() { }

    private sealed class Network(FakeEngine engine, ModelDescriptor model) : INetwork
    {
        public ModelDescriptor Model => model;

        public DeviceKind Device => engine.Device;

        public void Run(ReadOnlySpan<float> input, int width, int height, Span<float> output, CancellationToken cancellationToken)
        {
            int number = Interlocked.Increment(ref engine._runs);
            Interlocked.Increment(ref engine._active);
            try
            {
                engine.OnRun?.Invoke(number, cancellationToken);
                cancellationToken.ThrowIfCancellationRequested();
                if (model.Task == NetworkTask.Gradient)
                {
                    output.Fill(1);
                }
                else if (model.Task == NetworkTask.Reduce)
                {
                    Reduce(input, width, height, output, model.Scale);
                }
                else
                {
                    int planes = model.Shape.Output.Count,
                        area = width * height,
                        made = area * model.Scale * model.Scale;
                    for (int plane = 0; plane < planes; plane++)
                    {
                        Enlarge(input.Slice(plane * area, area), width, height, output.Slice(plane * made, made), model.Scale);
                    }
                }
            }
            finally
            {
                Interlocked.Decrement(ref engine._active);
            }
        }

        private static void Reduce(ReadOnlySpan<float> input, int width, int height, Span<float> output, int scale)
        {
            for (int y = 0; y < height / scale; y++)
            {
                for (int x = 0; x < width / scale; x++)
                {
                    float sum = 0;
                    for (int i = 0; i < scale * scale; i++)
                    {
                        sum += input[(((y * scale) + (i / scale)) * width) + (x * scale) + (i % scale)];
                    }

                    output[(y * (width / scale)) + x] = sum / (scale * scale);
                }
            }
        }

        private static void Enlarge(ReadOnlySpan<float> input, int width, int height, Span<float> output, int scale)
        {
            for (int y = 0; y < height * scale; y++)
            {
                for (int x = 0; x < width * scale; x++)
                {
                    int fromX = x / scale,
                        fromY = y / scale;
                    float left = fromX > 0 ? input[(fromY * width) + fromX - 1] : 0,
                        right = fromX < width - 1 ? input[(fromY * width) + fromX + 1] : 0;
                    output[(y * width * scale) + x] = input[(fromY * width) + fromX] + (0.1f * (right - left));
                }
            }
        }
    }
}
