using RsrPlugins.Trainer.Networks;
using RsrPlugins.Trainer.Training;
using TorchSharp;
using static TorchSharp.torch;

namespace RsrPlugins.Trainer.Tests.Training;

public class OptimiserTests
{
    [Fact]
    public void Steps_on_the_Gram_matrices_equal_Newton_Schulz_steps_on_the_matrices()
    {
        using DisposeScope scope = NewDisposeScope();
        using Optimiser optimiser = new Optimiser(
            new ParameterLayout(NetworkTable.SRNet(2, NetworkTable.PaperUnits)),
            CPU,
            TestSupport.Config()
        );
        manual_seed(1);
        Tensor[] matrices = [randn(64, 576), randn(64, 64).mul(1e-4)];
        Tensor factors = optimiser.OrthogonalisingFactors(matrices);
        for (int i = 0; i < matrices.Length; i++)
        {
            Tensor x = matrices[i] / matrices[i].norm();
            for (int step = 0; step < 5; step++)
            {
                Tensor gram = x.mm(x.t());
                x = (x * 3.4445) + ((gram * -4.7750) + (gram.mm(gram) * 2.0315)).mm(x);
            }

            Assert.True(factors[i].mm(matrices[i]).allclose(x, rtol: 1e-2, atol: 2e-3));
        }
    }

    [Fact]
    public void An_update_of_Muon_is_nearly_orthogonal_whatever_the_size_of_the_gradient()
    {
        using DisposeScope scope = NewDisposeScope();
        using Optimiser optimiser = new Optimiser(
            new ParameterLayout(NetworkTable.SRNet(2, NetworkTable.PaperUnits)),
            CPU,
            TestSupport.Config()
        );
        manual_seed(2);
        Tensor matrix = randn(64, 576).mul(1e-6);
        Tensor update = optimiser.OrthogonalisingFactors([matrix])[0].mm(matrix);
        Tensor singular = linalg.svdvals(update);
        Assert.InRange(singular.min().item<float>(), 0.5f, 1.3f);
        Assert.InRange(singular.max().item<float>(), 0.5f, 1.3f);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Own_kernels_take_the_steps_that_Torch_takes(int workers)
    {
        using DisposeScope scope = NewDisposeScope();
        ParameterLayout layout = new ParameterLayout([.. NetworkTable.RRNet(3), .. NetworkTable.SRNet(3, NetworkTable.PaperUnits)]);
        TrainingConfig config = TestSupport.Config() with { MuonRate = 0.02, ReducingRateFactor = 0.5, WeightDecay = 0.3 };
        using WorkerPool pool = new WorkerPool(workers);
        using Optimiser torch = new Optimiser(layout, CPU, config);
        using Optimiser own = new Optimiser(layout, CPU, config, pool);
        using Tensor start = layout.Initialise(3);
        using Tensor byTorch = start.clone();
        using Tensor byOwn = start.clone();
        for (int step = 1; step <= 3; step++)
        {
            using Tensor gradient = layout.Initialise(step + 10);
            torch.Step(byTorch, gradient, step, 0.7);
            own.Step(byOwn, gradient, step, 0.7);
        }

        Assert.True(byTorch.sub(start).abs().max().item<float>() > 1e-3);
        Assert.True(byOwn.allclose(byTorch, rtol: 0, atol: 2e-6), $"largest difference {byOwn.sub(byTorch).abs().max().item<float>()}");
        Assert.All(
            own.State.Zip(torch.State),
            pair => Assert.True(pair.First.Values.allclose(pair.Second.Values, rtol: 1e-5, atol: 1e-8), pair.First.Name)
        );
    }

    [Fact]
    public void RRNets_hidden_layers_can_move_slower()
    {
        using DisposeScope scope = NewDisposeScope();
        ParameterLayout layout = new ParameterLayout([.. NetworkTable.RRNet(2), .. NetworkTable.SRNet(2, NetworkTable.PaperUnits)]);
        Tensor gradient = layout.Initialise(4);
        double Moved(double factor, string name)
        {
            using Optimiser optimiser = new Optimiser(layout, CPU, TestSupport.Config() with { ReducingRateFactor = factor });
            Tensor flat = zeros(layout.Count);
            optimiser.Step(flat, gradient, 1, 1);
            return layout.Weight(flat, layout.Layers.Single(layer => layer.Name == name)).norm().item<float>();
        }

        Assert.Equal(0.25, Moved(0.25, "rr.conv2") / Moved(1, "rr.conv2"), 1e-4);
        Assert.Equal(1, Moved(0.25, "sr.unit1.conv") / Moved(1, "sr.unit1.conv"), 1e-4);
    }

    [Fact]
    public void Weight_decay_shrinks_hidden_weights_alone()
    {
        using DisposeScope scope = NewDisposeScope();
        ParameterLayout layout = new ParameterLayout([.. NetworkTable.RRNet(2), .. NetworkTable.SRNet(2, NetworkTable.PaperUnits)]);
        using Optimiser optimiser = new Optimiser(
            layout,
            CPU,
            TestSupport.Config() with
            {
                MuonRate = 0.01,
                WeightDecay = 2,
                ReducingRateFactor = 3,
            }
        );
        Tensor flat = ones(layout.Count);
        optimiser.Step(flat, zeros(layout.Count), 1, 0.5);
        foreach (ConvolutionSpec layer in layout.Layers)
        {
            // 1 - rate * decay, where the rate is 0.5 * 0.01, three times that in RRNet.
            double kept =
                layer.Role != LayerRole.Hidden ? 1
                : layer.IsReducing ? 0.97
                : 0.99;
            Assert.Equal(kept, layout.Weight(flat, layer).mean().item<float>(), 1e-6);
            Assert.Equal(1, layout.Bias(flat, layer).mean().item<float>(), 1e-6);
        }
    }

    [Fact]
    public void Adam_moves_by_its_rate_and_last_layers_slower()
    {
        using DisposeScope scope = NewDisposeScope();
        TrainingConfig config = TestSupport.Config() with { AdamRate = 1e-3, LastLayerRateFactor = 0.1 };
        ParameterLayout layout = new ParameterLayout(NetworkTable.SRNet(2, NetworkTable.PaperUnits));
        using Optimiser optimiser = new Optimiser(layout, CPU, config);
        Tensor flat = zeros(layout.Count);
        optimiser.Step(flat, ones(layout.Count), 1, 1);
        Assert.Equal(-1e-3, layout.Bias(flat, layout.Layers[0])[0].item<float>(), 1e-6);
        Assert.Equal(-1e-4, layout.Weight(flat, layout.Layers[^1])[0, 0, 0, 0].item<float>(), 1e-7);
    }
}
