// Against the step as Optimiser.cs describes it, on the matrix itself and in double precision; OptimiserTests compares with Torch.
using RsrPlugins.Trainer.Kernels;

namespace RsrPlugins.Trainer.Tests.Kernels;

public class MuonTests
{
    private const int Rows = FeatureMap.Channels;
    private const int Iterations = 5;

    private static readonly (float A, float B, float C) _coefficients = (3.4445f, -4.7750f, 2.0315f);

    [Theory]
    [InlineData(64)]
    [InlineData(128)]
    public void An_update_is_the_orthogonalised_momentum(int columns)
    {
        float[] weights = Reference.Noise(Rows * columns, 1),
            momentum = Reference.Noise(Rows * columns, 2),
            gradient = Reference.Noise(Rows * columns, 3);
        const double Kept = 0.95;
        double[] newMomentum = [.. momentum.Zip(gradient, (old, added) => (Kept * old) + ((1 - Kept) * added))];
        double[,] x = new double[Rows, columns];
        double norm = 1e-20;
        for (int i = 0; i < Rows * columns; i++)
        {
            double value = ((1 - Kept) * gradient[i]) + (Kept * newMomentum[i]);
            x[i / columns, i % columns] = value;
            norm += value * value;
        }

        for (int i = 0; i < Rows * columns; i++)
        {
            x[i / columns, i % columns] /= Math.Sqrt(norm);
        }

        for (int iteration = 0; iteration < Iterations; iteration++)
        {
            double[,] gram = Multiply(x, Transposed(x)),
                squared = Multiply(gram, gram),
                factor = new double[Rows, Rows];
            for (int i = 0; i < Rows * Rows; i++)
            {
                (int row, int column) = (i / Rows, i % Rows);
                factor[row, column] =
                    (row == column ? _coefficients.A : 0)
                    + (_coefficients.B * gram[row, column])
                    + (_coefficients.C * squared[row, column]);
            }

            x = Multiply(factor, x);
        }

        double[] expected = [.. weights.Select((weight, i) => (0.9 * weight) - (0.02 * x[i / columns, i % columns]))];
        using Muon muon = new Muon(columns);
        muon.Update(weights, momentum, gradient, (float)Kept, _coefficients, Iterations, new MuonStep(0.02f, 0.9f));
        Reference.AssertNear(newMomentum, momentum, 1e-6);
        Reference.AssertNear(expected, weights, 1e-4);
    }

    [Fact]
    public void A_layer_with_more_columns_than_it_was_made_for_is_refused()
    {
        using Muon muon = new Muon(64);
        float[] larger = new float[Rows * 128];
        Assert.Throws<ArgumentOutOfRangeException>(() =>
            muon.Update(larger, larger, larger, 0.95f, _coefficients, Iterations, new MuonStep(0.1f, 1))
        );
    }

    private static double[,] Transposed(double[,] matrix)
    {
        double[,] result = new double[matrix.GetLength(1), matrix.GetLength(0)];
        for (int row = 0; row < matrix.GetLength(0); row++)
        {
            for (int column = 0; column < matrix.GetLength(1); column++)
            {
                result[column, row] = matrix[row, column];
            }
        }

        return result;
    }

    private static double[,] Multiply(double[,] left, double[,] right)
    {
        double[,] result = new double[left.GetLength(0), right.GetLength(1)];
        for (int row = 0; row < result.GetLength(0); row++)
        {
            for (int k = 0; k < left.GetLength(1); k++)
            {
                for (int column = 0; column < result.GetLength(1); column++)
                {
                    result[row, column] += left[row, k] * right[k, column];
                }
            }
        }

        return result;
    }
}
